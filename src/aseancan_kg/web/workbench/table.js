// @ts-check
import { element } from "./element.js";

/**
 * @typedef {import("./service.js").Term} Term
 * @typedef {import("./vocabulary.js").Vocabulary} Vocabulary
 */

export const MOST_SHOWN = 1000;
const natural = new Intl.Collator("en", { numeric: true });

/**
 * What a reader sees of a term: the label of an IRI, else its short form; the parts of a triple; the text of anything
 * else.
 *
 * @param {any} term
 * @param {Vocabulary} vocabulary
 * @returns {string}
 */
export function words(term, vocabulary) {
  if (!term) return "";
  if (term.type === "uri") return vocabulary.labels.get(term.value) ?? vocabulary.shorten(term.value);
  if (term.type !== "triple") return term.value;
  const { subject, predicate, object } = term.value;
  return `<<( ${[subject, predicate, object].map((one) => words(one, vocabulary)).join(" ")} )>>`;
}

/**
 * Tell whether every value that a column has is a number.
 *
 * @param {Record<string, Term>[]} rows
 * @param {string} column
 */
export const isNumeric = (rows, column) =>
  rows.some((row) => row[column]) &&
  rows.every((row) => !row[column] || (row[column].value !== "" && Number.isFinite(Number(row[column].value))));

/** The rows of a SELECT; a click on a column's name sorts all of them by it, the first thousand are shown. */
export class Table {
  #order = { column: "", descending: false };

  /**
   * @param {import("./service.js").Answer} answer
   * @param {Vocabulary} vocabulary
   */
  constructor(answer, vocabulary) {
    this.columns = answer.columns;
    this.rows = answer.rows;
    this.vocabulary = vocabulary;
    this.numeric = new Set(this.columns.filter((column) => isNumeric(this.rows, column)));
    this.headings = this.columns.map((column) =>
      element(
        "th",
        { scope: "col", class: this.#side(column) },
        element("button", { type: "button", class: "sort", click: () => this.sort(column) }, column),
      ),
    );
    this.body = element("tbody");
    const head = element("thead", {}, element("tr", {}, ...this.headings));
    // It scrolls sideways, so it must be reachable with the keyboard.
    const wide = { class: "wide", tabindex: 0, role: "region", "aria-label": "Rows" };
    this.element = element("div", wide, element("table", {}, head, this.body));
    this.show();
  }

  /** @param {string} column */
  sort(column) {
    this.#order = { column, descending: this.#order.column === column && !this.#order.descending };
    const direction = this.#order.descending ? -1 : 1;
    const key = (row) => words(row[column], this.vocabulary);
    const compare = this.numeric.has(column) ? (one, other) => Number(one) - Number(other) : natural.compare;
    // A row without a value comes last either way.
    this.rows = this.rows.toSorted((one, other) =>
      one[column] && other[column]
        ? direction * compare(key(one), key(other))
        : Number(!one[column]) - Number(!other[column]),
    );
    this.headings.forEach((heading, place) => {
      if (this.columns[place] === column) heading.ariaSort = this.#order.descending ? "descending" : "ascending";
      else heading.removeAttribute("aria-sort");
    });
    this.show();
  }

  /** Show the rows anew, as after labels have come. */
  show() {
    const shown = this.rows.slice(0, MOST_SHOWN);
    this.body.replaceChildren(
      ...shown.map((row) => element("tr", {}, ...this.columns.map((column) => this.#cell(row[column], column)))),
    );
  }

  #side(column) {
    return this.numeric.has(column) ? "number" : null;
  }

  /** @param {Term | undefined} term */
  #cell(term, column) {
    if (term?.type !== "uri") {
      const language = term?.["xml:lang"] ?? null;
      const note = language && language !== "en" ? [" ", element("small", {}, language)] : [];
      return element("td", { lang: language, class: this.#side(column) }, words(term, this.vocabulary), ...note);
    }
    const address = this.vocabulary.address(term.value);
    const short = this.vocabulary.shorten(term.value);
    const label = this.vocabulary.labels.get(term.value);
    const shown = label ?? short;
    const link = address ? element("a", { href: address, title: term.value }, shown) : shown;
    return element("td", {}, link, ...(label ? [element("small", { class: "name" }, short)] : []));
  }
}
