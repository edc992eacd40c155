// @ts-check

// The same tokens as the service's own, in the order in which they are tried.
const KINDS = {
  comment: /#[^\r\n]*/,
  space: /[ \t\r\n]+/,
  string: /"""(?:"{0,2}(?:[^"\\]|\\.))*"""|'''(?:'{0,2}(?:[^'\\]|\\.))*'''|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'/,
  iri: /<[^<>"{}|^`\\\x00-\x20]*>/,
  variable: /[?$][\p{L}\p{N}_]+/u,
  language: /@[A-Za-z]+(?:-[A-Za-z0-9]+)*/,
  prefixed:
    /(?:_|\p{L}[\p{L}\p{N}_.-]*)?:(?:(?:[\p{L}\p{N}_:%]|\\.)(?:(?:[\p{L}\p{N}_:%.-]|\\.)*(?:[\p{L}\p{N}_:%-]|\\.))?)?/u,
  number: /\d*\.?\d+(?:[eE][+-]?\d+)?/,
  word: /[\p{L}_][\p{L}\p{N}_]*/u,
  mark: /./,
};
const TOKEN = new RegExp(
  Object.entries(KINDS)
    .map(([kind, pattern]) => `(?<${kind}>${pattern.source})`)
    .join("|"),
  "gsu",
);

/** @typedef {{kind: string, text: string, from: number, to: number}} Token */

/**
 * The tokens of a query, comments among them, white space left out; offsets count UTF-16 units as the editor does.
 *
 * @param {string} query
 * @returns {Token[]}
 */
export function tokens(query) {
  const found = [];
  for (const match of query.matchAll(TOKEN)) {
    const groups = /** @type {Record<string, string>} */ (match.groups);
    const kind = Object.keys(KINDS).find((name) => groups[name] !== undefined) ?? "mark";
    if (kind !== "space") found.push({ kind, text: match[0], from: match.index, to: match.index + match[0].length });
  }
  return found;
}

/**
 * The form of a query: select, ask, construct or describe; select where no form is told.
 *
 * @param {string} query
 */
export const form = (query) =>
  tokens(query)
    .find((token) => token.kind === "word" && /^(select|ask|construct|describe)$/i.test(token.text))
    ?.text.toLowerCase() ?? "select";
