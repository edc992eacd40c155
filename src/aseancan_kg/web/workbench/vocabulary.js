// @ts-check

/**
 * @typedef {{iri: string, label: string, definition: string | null, count: number}} Term
 * @typedef {{iri: string, label: string, names: string[]}} Thing
 */

/** The words of the dataset: its prefixes, terms and named things, and the labels learned since. */
export class Vocabulary {
  /** @type {Record<string, string>} */
  prefixes = {};
  /** @type {Term[]} */
  classes = [];
  /** @type {Term[]} */
  properties = [];
  /** @type {Thing[]} */
  things = [];
  /** @type {Map<string, string>} IRI → label */
  labels = new Map();

  /**
   * @param {string} root  the service's path
   * @param {string} base  what the dataset's own IRIs begin with
   */
  constructor(root, base) {
    this.root = root;
    this.base = base;
  }

  /** @param {object} told  the service's document `/sparql/vocabulary` */
  learn(told) {
    Object.assign(this, told);
    for (const one of [...this.classes, ...this.properties, ...this.things]) this.labels.set(one.iri, one.label);
  }

  /**
   * Write an IRI with a prefix, or without our own base, or whole.
   *
   * @param {string} iri
   */
  shorten(iri) {
    for (const [prefix, namespace] of Object.entries(this.prefixes)) {
      if (iri.startsWith(namespace)) return `${prefix}:${iri.slice(namespace.length)}`;
    }
    return iri.startsWith(this.base) ? iri.slice(this.base.length) : iri;
  }

  /**
   * Where a link to an IRI leads: our own page, a web address as it is, null for any other scheme.
   *
   * @param {string} iri
   */
  address(iri) {
    if (iri.startsWith(this.base)) {
      const path = iri.slice(this.base.length).replace(/^id\//, "doc/").replace(/^ont#/, "doc/ont/");
      return `${this.root}/${path}`;
    }
    return /^https?:\/\//.test(iri) ? iri : null;
  }
}
