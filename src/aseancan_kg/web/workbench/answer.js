// @ts-check
import { Chart } from "./chart.js";
import { button, element } from "./element.js";
import { snippets } from "./snippets.js";
import { MOST_SHOWN, Table } from "./table.js";

const FORMATS = {
  rows: ["csv", "tsv", "json", "xml", "xlsx"],
  truth: ["csv", "tsv", "json", "xml"],
  graph: ["ttl", "nt", "rdf", "jsonld", "trig", "nq"],
};
const MOST_CHARACTERS = 200_000;

/**
 * Say in a line what came: how much, how fast, from which version.
 *
 * @param {import("./service.js").Answer} answer
 */
export function summary({ kind, rows, truth, text, seconds, timed, version }) {
  const count = rows.length.toLocaleString("en");
  const many = rows.length > MOST_SHOWN ? `, of which ${MOST_SHOWN.toLocaleString("en")} are shown,` : "";
  const what = {
    rows: `${count} ${rows.length === 1 ? "row" : "rows"}${many}`,
    truth: truth ? "Yes" : "No",
    graph: text.trim() === "" ? "An empty graph" : "A graph",
  }[kind];
  const time = seconds.toLocaleString("en", { maximumSignificantDigits: 2 });
  return `${what} in ${time} s${timed ? "" : ", transfer included"}; dataset version ${version}`;
}

/** One answer on the page: its views, downloads, link and code. */
export class AnswerView {
  /**
   * @param {import("./service.js").Answer} answer
   * @param {import("./service.js").Service} service
   * @param {import("./vocabulary.js").Vocabulary} vocabulary
   */
  constructor(answer, service, vocabulary) {
    this.answer = answer;
    this.panel = element("div", { class: "panel" });
    this.views = this.#views(vocabulary);
    this.switches = Object.keys(this.views).map((name) => button(name, () => this.show(name)));
    const group = element("div", { class: "row", role: "group", "aria-label": "View" }, ...this.switches);
    this.element = element(
      "section",
      { "aria-labelledby": "answer-heading" },
      element("h2", { id: "answer-heading" }, "Answer"),
      ...(this.switches.length > 1 ? [group] : []),
      this.panel,
      downloads(answer, service),
      sharing(answer, service),
      code(answer, service),
    );
  }

  /** The IRIs in the rows on show that have no label yet. */
  unlabelled() {
    const terms = (this.table?.rows ?? []).slice(0, MOST_SHOWN).flatMap((row) => Object.values(row));
    const iris = terms.filter((term) => term.type === "uri").map((term) => term.value);
    return [...new Set(iris)].filter((iri) => !this.table?.vocabulary.labels.has(iri));
  }

  /** @param {string} name */
  show(name = Object.keys(this.views)[0]) {
    this.shown = name;
    for (const one of this.switches) one.ariaPressed = String(one.textContent === name);
    this.panel.replaceChildren(this.views[name].element);
    this.views[name].draw?.();
  }

  /** Write the labels that have come since. */
  relabel() {
    this.table?.show();
    this.show(this.shown);
  }

  /** @returns {Record<string, {element: any, draw?: () => void}>} */
  #views(vocabulary) {
    const raw = { element: verbatim(this.answer.text) };
    if (this.answer.kind === "graph") return { Turtle: raw };
    if (this.answer.kind === "truth") {
      return { Answer: { element: element("p", { class: "truth" }, this.answer.truth ? "Yes" : "No") }, Raw: raw };
    }
    if (this.answer.rows.length === 0) return { Table: { element: element("p", {}, "No rows.") } };
    this.table = new Table(this.answer, vocabulary);
    return { Table: this.table, Chart: new Chart(this.answer, vocabulary), Raw: raw };
  }
}

const reachable = { class: "wide", tabindex: 0, role: "region" };

function verbatim(text) {
  const cut = text.length > MOST_CHARACTERS ? "\n… the rest is in the files" : "";
  return element("pre", { ...reachable, "aria-label": "Body" }, text.slice(0, MOST_CHARACTERS) + cut);
}

function downloads(answer, service) {
  const links = FORMATS[answer.kind].map((format) =>
    element("a", { href: service.address(answer.query, format), download: `answer.${format}` }, format),
  );
  return element(
    "p",
    { class: "downloads files" },
    "Download the whole answer: ",
    ...links.flatMap((one) => [one, " "]),
  );
}

function sharing(answer, service) {
  const said = element("span", { role: "status" });
  const address = new URL(service.address(answer.query), location.href).href;
  const copy = copying("Copy the link", address, said);
  const cite = async ({ currentTarget }) => {
    currentTarget.disabled = true;
    try {
      const { address, page } = await service.deposit(answer.query);
      said.replaceChildren("Cite it as ", element("a", { href: page }, address));
    } catch (error) {
      said.textContent = error.message;
      currentTarget.disabled = false;
    }
  };
  return element("div", { class: "row" }, ...copy, button("Cite this answer", cite), said);
}

function code(answer, service) {
  const made = snippets(answer.query, new URL(service.endpoint, location.href).href);
  return element(
    "details",
    {},
    element("summary", {}, "The same in curl, Python and R"),
    ...Object.entries(made).flatMap(([tool, text]) => {
      const said = element("span", { role: "status" });
      return [
        element(
          "div",
          { class: "row" },
          element("h3", {}, tool),
          said,
          ...copying("Copy", text, said, `Copy the ${tool} code`),
        ),
        element("pre", { ...reachable, "aria-label": `${tool} code` }, text),
      ];
    }),
  );
}

/** A button that copies a text, where the browser allows it: only on a secure connection. */
function copying(words, text, said, label = words) {
  if (!navigator.clipboard) return [];
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied.";
  };
  return [button(words, copy, { "aria-label": label })];
}
