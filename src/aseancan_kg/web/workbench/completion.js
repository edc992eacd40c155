// @ts-check
import { insertCompletionText, pickedCompletion } from "@codemirror/autocomplete";
import { element } from "./element.js";
import { declaration, declared } from "./prologue.js";
import { tokens } from "./tokens.js";

const KEYWORDS = `SELECT DISTINCT WHERE FILTER OPTIONAL UNION MINUS GRAPH VALUES BIND AS FROM NAMED PREFIX BASE
  ASK CONSTRUCT DESCRIBE EXISTS NOT IN GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET REDUCED UNDEF
  COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND IRI BNODE STRDT STRLANG IF COALESCE
  CONCAT CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER STRLEN SUBSTR UCASE LCASE REPLACE REGEX ENCODE_FOR_URI
  isIRI isBlank isLiteral isNumeric sameTerm ABS ROUND CEIL FLOOR YEAR MONTH DAY HOURS MINUTES SECONDS NOW`.split(
  /\s+/,
);

const VERBATIM = ["comment", "string", "iri", "language"];

/**
 * Complete a query from its own variables, SPARQL's keywords and the dataset's vocabulary.
 *
 * @param {import("./vocabulary.js").Vocabulary} vocabulary
 * @returns {import("@codemirror/autocomplete").CompletionSource}
 */
export const completion = (vocabulary) => (context) => {
  const typed = context.matchBefore(/[?$][\p{L}\p{N}_]*|(?:\p{L}[\p{L}\p{N}_.-]*)?:?[\p{L}\p{N}_-]*/u);
  const query = context.state.doc.toString();
  const all = tokens(query);
  if (!typed || (typed.text === "" && !context.explicit)) return null;
  const { from, text } = typed;
  if (all.some((one) => VERBATIM.includes(one.kind) && one.from < from && from < one.to)) return null;

  const previous = all.findLast((one) => one.to <= from)?.text ?? "";
  if (/^prefix$/i.test(previous)) return { from, options: namespaces(vocabulary, true) };
  if (/^[?$]/.test(text)) return { from, options: variables(all, from), validFor: /^[?$][\p{L}\p{N}_]*$/u };
  const offered = terms(
    vocabulary,
    new Names(query, vocabulary),
    /^(a|rdf:type)$/.test(previous) ? "class" : "property",
  );
  if (text.includes(":")) {
    const prefix = text.slice(0, text.indexOf(":") + 1);
    const options = offered.filter((option) => option.label.startsWith(prefix));
    return { from, options, validFor: /^[\p{L}\p{N}_.-]*:[\p{L}\p{N}_-]*$/u };
  }
  const keywords = KEYWORDS.map((word) => ({ label: word, type: "keyword" }));
  const options = [...keywords, ...namespaces(vocabulary, false), ...offered, ...things(vocabulary)];
  return { from, options, validFor: /^[\p{L}\p{N}_-]*$/u };
};

/** The names that IRIs have in a query: by the prefixes it declares, else by those we know. */
class Names {
  constructor(query, vocabulary) {
    this.declared = declared(query);
    this.namespaces = [
      ...this.declared,
      ...Object.entries(vocabulary.prefixes).filter(([one]) => !this.declared.has(one)),
    ];
  }

  /** The name of an IRI and the prefix that must be declared for it; null where no prefix fits. */
  of(iri) {
    for (const [prefix, namespace] of this.namespaces) {
      const local = iri.slice(namespace.length);
      if (iri.startsWith(namespace) && /^[\p{L}\p{N}_][\p{L}\p{N}_-]*$/u.test(local)) {
        return { name: `${prefix}:${local}`, missing: this.declared.has(prefix) ? null : [prefix, namespace] };
      }
    }
    return null;
  }
}

function variables(all, from) {
  const used = all.filter((token) => token.kind === "variable" && token.from !== from);
  return [...new Set(used.map((token) => token.text))].map((name) => ({ label: name, type: "variable" }));
}

/** The prefixes we know; in a declaration with their namespaces. */
const namespaces = (vocabulary, declaring) =>
  Object.entries(vocabulary.prefixes).map(([prefix, namespace]) => ({
    label: `${prefix}:`,
    apply: declaring ? `${prefix}: <${namespace}>` : `${prefix}:`,
    detail: namespace,
    type: "namespace",
  }));

/** The terms that have a name; those of the kind that is expected here come first. */
function terms(vocabulary, names, expected) {
  const options = [];
  for (const [kind, list] of /** @type {const} */ ([
    ["class", vocabulary.classes],
    ["property", vocabulary.properties],
  ])) {
    for (const term of list) {
      const found = names.of(term.iri);
      if (!found) continue;
      options.push({
        label: found.name,
        detail: term.count ? term.count.toLocaleString("en") : "not in use",
        type: kind,
        boost: kind === expected ? 10 : 0,
        info: () => card(term, kind),
        apply: (view, option, from, to) => accept(view, option, from, to, found.name, found.missing),
      });
    }
  }
  return options;
}

function things(vocabulary) {
  return vocabulary.things.flatMap((thing) =>
    [thing.label, ...thing.names].map((name) => ({
      label: name,
      detail: name === thing.label ? "" : thing.label,
      type: "constant",
      boost: -20,
      info: () =>
        element("div", {}, element("strong", {}, thing.label), element("p", {}, vocabulary.shorten(thing.iri))),
      apply: (view, option, from, to) => accept(view, option, from, to, `<${thing.iri}>`, null),
    })),
  );
}

function card(term, kind) {
  const uses = term.count.toLocaleString("en");
  return element(
    "div",
    {},
    element("strong", {}, term.label),
    element("p", {}, term.definition ?? ""),
    element("p", { class: "quiet" }, kind === "class" ? `${uses} instances` : `in ${uses} statements`),
  );
}

/** Put a term where its beginning was typed, and its PREFIX line on top if that is missing. */
function accept(view, option, from, to, text, missing) {
  const inserted = insertCompletionText(view.state, text, from, to);
  const above = missing ? [declaration(view.state.doc.toString(), [missing])] : [];
  view.dispatch(inserted, { changes: above, sequential: false, annotations: pickedCompletion.of(option) });
}
