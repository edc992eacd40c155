// @ts-check

const ANSWERS = "application/sparql-results+json, text/turtle, application/problem+json;q=0.5";
const JSON_ONLY = { headers: { Accept: "application/json" } };
// What gives a thing its name, the best first.
const LABELS = [
  "http://www.w3.org/2004/02/skos/core#prefLabel",
  "http://www.w3.org/2000/01/rdf-schema#label",
  "http://purl.org/dc/terms/title",
  "http://schema.org/name",
  "http://xmlns.com/foaf/0.1/name",
];
const MOST_IRIS = 300;

/**
 * @typedef {{type: string, value: string, "xml:lang"?: string, datatype?: string}} Term
 * @typedef {Object} Answer
 * @property {string} query
 * @property {"rows" | "truth" | "graph"} kind
 * @property {string} text  the body as it came
 * @property {string[]} columns
 * @property {Record<string, Term>[]} rows
 * @property {boolean} truth
 * @property {string} version  of the dataset
 * @property {number} seconds
 * @property {boolean} timed  by the service; else `seconds` holds the way there and back too
 */

/** What the service says instead of an answer: an RFC 9457 problem document, or our own words where it says nothing. */
export class Problem extends Error {
  /** @param {Record<string, any>} members */
  constructor(members) {
    super(members.title);
    this.members = members;
  }
}

/** The doors of the service that the workbench goes through. */
export class Service {
  /**
   * @param {string} root  the service's path
   * @param {[string, string][]} graphs  parameters of the protocol that name the dataset of every query
   */
  constructor(root, graphs) {
    this.root = root;
    this.graphs = graphs;
    const named = new URLSearchParams(graphs).toString();
    this.endpoint = `${root}/sparql${named && `?${named}`}`;
  }

  /**
   * The address of a query: its page, or its answer in a format.
   *
   * @param {string} query
   * @param {string} [format]
   */
  address(query, format) {
    /** @type {[string, string][]} */
    const asked = format ? [["format", format]] : [];
    return `${this.root}/sparql?${this.#asked(query, asked)}`;
  }

  /**
   * Run a query. Raises `Problem`; aborting the signal makes the service end the query.
   *
   * @param {string} query
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async answer(query, signal) {
    const began = performance.now();
    const { response, text } = await this.#post(this.endpoint, query, signal);
    const served = [...(response.headers.get("Server-Timing") ?? "").matchAll(/dur=([\d.]+)/g)].map((one) => +one[1]);
    const graph = !response.headers.get("Content-Type")?.includes("json");
    const told = graph ? {} : JSON.parse(text);
    return {
      query,
      kind: graph ? "graph" : "boolean" in told ? "truth" : "rows",
      text,
      columns: told.head?.vars ?? [],
      rows: told.results?.bindings ?? [],
      truth: told.boolean ?? false,
      version: response.headers.get("AC-Dataset-Version") ?? "",
      seconds: (served.length ? Math.max(...served) : performance.now() - began) / 1000,
      timed: served.length > 0,
    };
  }

  /**
   * Ask for the labels of IRIs: yields IRI → label for some of them at a time, English where there is English.
   *
   * @param {string[]} iris
   * @param {AbortSignal} signal
   */
  async *labels(iris, signal) {
    for (let start = 0; start < iris.length; start += MOST_IRIS) {
      const listed = iris.slice(start, start + MOST_IRIS).map((iri) => `<${iri}>`);
      const properties = LABELS.map((iri) => `<${iri}>`);
      const query = `SELECT ?iri ?property ?label {
        VALUES ?iri { ${listed.join(" ")} } VALUES ?property { ${properties.join(" ")} } ?iri ?property ?label }`;
      const { text } = await this.#post(`${this.root}/sparql`, query, signal); // they may stand in any graph
      /** @type {Record<string, Term>[]} */
      const rows = JSON.parse(text).results.bindings;
      const rank = (row) =>
        2 * LABELS.indexOf(row.property.value) + Number(!/^(en|$)/.test(row.label["xml:lang"] ?? ""));
      rows.sort((one, other) => rank(other) - rank(one));
      yield new Map(rows.map((row) => [row.iri.value, row.label.value]));
    }
  }

  /** What the dataset's terms and things are called. */
  async vocabulary() {
    return JSON.parse((await fetched(`${this.root}/sparql/vocabulary`, JSON_ONLY)).text);
  }

  /**
   * Why a query has no rows; null where the service has nobody to ask.
   *
   * @param {string} query
   * @param {AbortSignal} signal
   */
  async diagnosis(query, signal) {
    try {
      const address = `${this.root}/sparql/doctor?${this.#asked(query)}`;
      return JSON.parse((await fetched(address, { ...JSON_ONLY, signal })).text);
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  }

  /** The query catalogue. */
  async catalogue() {
    return JSON.parse((await fetched(`${this.root}/queries`, JSON_ONLY)).text);
  }

  /**
   * The text of a catalogued query with its parameters bound. Raises `Problem` for a value that does not fit.
   *
   * @param {string} name
   * @param {Record<string, string>} values
   */
  async bound(name, values) {
    const address = `${this.root}/queries/${name}.rq?${new URLSearchParams(values)}`;
    return (await fetched(address, { headers: { Accept: "application/sparql-query, application/problem+json" } })).text;
  }

  /**
   * Deposit a query, so that it can be cited; returns the address to cite, and that of its page at this service.
   *
   * @param {string} query
   */
  async deposit(query) {
    const { response, text } = await fetched(`${this.root}/q`, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: this.#asked(query),
    });
    return { address: JSON.parse(text).address, page: response.headers.get("Location") };
  }

  /** @param {[string, string][]} others */
  #asked(query, others = []) {
    return new URLSearchParams([["query", query], ...this.graphs, ...others]);
  }

  #post(address, query, signal) {
    const headers = { Accept: ANSWERS, "Content-Type": "application/sparql-query" };
    return fetched(address, { method: "POST", headers, body: query, signal });
  }
}

/** The whole body of a good answer; raises `Problem` for any other, and for a body that breaks off. */
async function fetched(address, options) {
  let response, text;
  try {
    response = await fetch(address, options);
    text = await response.text();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(
      response
        ? { title: "The answer broke off", detail: "Nothing of it is shown, since it is not the whole answer." }
        : { title: "The service cannot be reached", detail: "Check the connection, then run the query again." },
    );
  }
  if (response.ok) return { response, text };
  const told = response.headers.get("Content-Type")?.includes("json")
    ? JSON.parse(text)
    : { title: response.statusText || "The service failed", status: response.status };
  throw new Problem({ ...told, retryAfter: response.headers.get("Retry-After") });
}
