// @ts-check
import { tokens } from "./tokens.js";

/**
 * The prefixes a query declares: prefix → namespace.
 *
 * @param {string} query
 * @returns {Map<string, string>}
 */
export const declared = (query) =>
  new Map(declarations(query).map(([, prefix, iri]) => [prefix.text.slice(0, -1), iri.text.slice(1, -1)]));

/**
 * The prefixes a query uses without declaring them, out of those we know, in the order of their use.
 *
 * @param {string} query
 * @param {Record<string, string>} known  prefix → namespace
 * @returns {string[]}
 */
export function undeclared(query, known) {
  const there = declared(query);
  const used = tokens(query)
    .filter((token) => token.kind === "prefixed")
    .map((token) => token.text.split(":")[0]);
  return [...new Set(used)].filter((prefix) => !there.has(prefix) && Object.hasOwn(known, prefix));
}

/**
 * What to insert into a query, and where, so that it declares these prefixes: below its own declarations, else above
 * its first word.
 *
 * @param {string} query
 * @param {[string, string][]} prefixes  prefix and namespace
 * @returns {{from: number, insert: string}}
 */
export function declaration(query, prefixes) {
  const lines = prefixes.map(([prefix, namespace]) => `PREFIX ${prefix}: <${namespace}>`);
  const last = declarations(query).at(-1);
  if (last) return { from: last[2].to, insert: lines.map((line) => `\n${line}`).join("") };
  const first = tokens(query).find((token) => token.kind !== "comment");
  return { from: first?.from ?? 0, insert: lines.map((line) => `${line}\n`).join("") };
}

/** The PREFIX declarations of a query, three tokens each. */
function declarations(query) {
  const all = tokens(query).filter((token) => token.kind !== "comment");
  return all
    .map((token, place) => /** @type {const} */ ([token, all[place + 1], all[place + 2]]))
    .filter(
      ([word, prefix, iri]) =>
        word.text.toUpperCase() === "PREFIX" && /^[^:]*:$/.test(prefix?.text ?? "") && iri?.kind === "iri",
    );
}
