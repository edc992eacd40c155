// @ts-check
import { insertCompletionText, pickedCompletion } from "@codemirror/autocomplete";
import { element } from "./element.js";
import { declaration, declared } from "./prologue.js";
import { tokens } from "./tokens.js";

const KEYWORDS = `SELECT DISTINCT WHERE FILTER OPTIONAL UNION MINUS GRAPH VALUES BIND AS FROM NAMED PREFIX BASE
  ASK CONSTRUCT DESCRIBE EXISTS NOT IN GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET REDUCED UNDEF
  COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND IRI BNODE STRDT STRLANG IF COALESCE
  CONCAT CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER STRLEN SUBSTR UCASE LCASE REPLACE REGEX ENCODE_FOR_URI
  isIRI isBlank isLiteral isNumeric sameTerm ABS ROUND CEIL FLOOR YEAR MONTH DAY HOURS MINUTES SECONDS NOW`.split(/\s+/);

const VERBATIM = ["comment", "string", "iri", "language"];

/**
 * Complete a query from its own variables, SPARQL's keywords and the dataset's vocabulary.
 *
 * @param {import("./vocabulary.js").Vocabulary} vocabulary
 * @returns {import("@codemirror/autocomplete").CompletionSource}
 */
export const completion = (vocabulary) => (context) => {
  const query = context.state.doc.toString();
  const typed = context.matchBefore(/[?$][\p{L}\p{N}_]*|(?:\p{L}[\p{L}\p{N}_.-]*)?:?[\p{L}\p{N}_-]*/u);
  const text = typed?.text ?? "";
  if (!typed || (text === "" && !context.explicit)) return null;
  if (tokens(query).some((one) => VERBATIM.includes(one.kind) && one.from < typed.from && typed.from < one.to)) {
    return null;
  }
  const names = new Names(query, vocabulary);
  if (/^[?$]/.test(text)) return { from: typed.from, options: variables(query, typed), validFor: /^[?$][\p{L}\p{N}_]*$/u };
  if (text.includes(":")) {
    const prefix = text.slice(0, text.indexOf(":") + 1);
    const options = terms(vocabulary, names).filter((option) => option.label.startsWith(prefix));
    return { from: typed.from, options, validFor: /^[\p{L}\p{N}_.-]*:[\p{L}\p{N}_-]*$/u };
  }
  const options = [
    ...KEYWORDS.map((word) => ({ label: word, type: "keyword" })),
    ...Object.keys(vocabulary.prefixes).map((prefix) => ({
      label: `${prefix}:`,
      detail: vocabulary.prefixes[prefix],
      type: "namespace",
    })),
    ...terms(vocabulary, names),
    ...things(vocabulary),
  ];
  return { from: typed.from, options, validFor: /^[\p{L}\p{N}_-]*$/u };
};

/** The names that IRIs have in a query: by the prefixes it declares, else by those we know. */
class Names {
  constructor(query, vocabulary) {
    this.declared = declared(query);
    this.namespaces = [...this.declared, ...Object.entries(vocabulary.prefixes).filter(([one]) => !this.declared.has(one))];
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

function variables(query, typed) {
  const used = tokens(query).filter((token) => token.kind === "variable" && token.from !== typed.from);
  return [...new Set(used.map((token) => token.text))].map((name) => ({ label: name, type: "variable" }));
}

function* named(terms, names) {
  for (const term of terms) {
    const found = names.of(term.iri);
    if (found) yield { term, ...found };
  }
}

function terms(vocabulary, names) {
  const options = [];
  for (const [kind, list] of /** @type {const} */ ([["class", vocabulary.classes], ["property", vocabulary.properties]])) {
    for (const { term, name, missing } of named(list, names)) {
      options.push({
        label: name,
        detail: term.count ? term.count.toLocaleString("en") : "not in use",
        type: kind,
        // The more a term is used, the more likely it is meant.
        boost: Math.min(20, Math.round(2 * Math.log10(term.count + 1))),
        info: () => card(term, kind),
        apply: (view, option, from, to) => accept(view, option, from, to, name, missing),
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
      info: () => element("div", {}, element("strong", {}, thing.label), element("p", {}, vocabulary.shorten(thing.iri))),
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
