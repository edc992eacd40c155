// @ts-check
import { button, element } from "./element.js";
import { problem } from "./problem.js";
import { Problem } from "./service.js";

/**
 * @typedef {{name: string, type: string, default: string | null}} Parameter
 * @typedef {{name: string, title: string, description: string, audience: string | null, parameters: Parameter[]}} Example
 */

const INPUTS = { date: "date", integer: "number" };

/** The query catalogue in a dialog: find a question, fill in its parameters, get its text. */
export class Examples {
  /** @type {Example[] | undefined} */
  known;

  /**
   * @param {import("./service.js").Service} service
   * @param {import("./vocabulary.js").Vocabulary} vocabulary
   * @param {(query: string) => void} use
   */
  constructor(service, vocabulary, use) {
    this.service = service;
    this.vocabulary = vocabulary;
    this.use = use;
    this.content = element("div");
    this.said = element("div");
    this.element = element(
      "dialog",
      { "aria-labelledby": "examples-heading" },
      element(
        "div",
        { class: "row" },
        element("h2", { id: "examples-heading" }, "Examples"),
        button("Close", () => this.element.close()),
      ),
      this.content,
      this.said,
    );
  }

  async open() {
    this.element.showModal();
    try {
      this.known ??= await this.service.catalogue();
      this.#list();
    } catch (error) {
      this.#fail(error);
    }
  }

  #list() {
    const count = element("span", { role: "status", class: "quiet" });
    const list = element("ul", { class: "choices" });
    const find = ({ value }) => {
      const words = value.toLowerCase().split(/\s+/);
      const found = this.known.filter((one) =>
        words.every((word) =>
          `${one.name} ${one.title} ${one.description} ${one.audience ?? ""}`.toLowerCase().includes(word),
        ),
      );
      count.textContent = `${found.length} of ${this.known.length}`;
      list.replaceChildren(...found.map((one) => element("li", {}, this.#choice(one))));
    };
    const input = element("input", { type: "search", id: "find-example", input: () => find(input) });
    this.said.replaceChildren();
    this.content.replaceChildren(element("label", { for: input.id }, "Find a question ", count), input, list);
    find(input);
    input.focus();
  }

  #choice(example) {
    const choose = () => (example.parameters.length ? this.#ask(example) : this.#take(example, {}));
    const audience = element("small", {}, example.audience ? `For the ${example.audience}` : "");
    const text = [element("strong", {}, example.title), element("span", {}, example.description), " ", audience];
    return element("button", { type: "button", click: choose }, ...text);
  }

  #ask(example) {
    const submit = (event) => {
      event.preventDefault();
      // An empty field is left to its default.
      const filled = [...new FormData(form)].filter(([, value]) => value !== "");
      this.#take(example, Object.fromEntries(filled.map(([name, value]) => [name, String(value)])));
    };
    const fields = example.parameters.flatMap((parameter) => this.#field(parameter));
    const back = button("All examples", () => this.#list());
    const go = element("button", { type: "submit" }, "Run");
    const form = element("form", { submit }, ...fields, element("div", { class: "row" }, go, back));
    const heading = element("h3", { tabindex: -1 }, example.title);
    this.content.replaceChildren(heading, element("p", {}, example.description), form);
    heading.focus();
  }

  /** @param {Parameter} parameter */
  #field({ name, type, default: value }) {
    const id = `parameter-${name}`;
    const list = type === "iri" ? `${id}-things` : null;
    const kind = INPUTS[type] ?? "text";
    const input = element("input", { id, name, list, type: kind, value: value ?? "", required: value === null });
    const label = element("label", { for: id }, `${name} `, element("small", {}, type));
    return list ? [label, input, element("datalist", { id: list }, ...this.#things())] : [label, input];
  }

  #things() {
    const own = `${this.vocabulary.base}id/`;
    return this.vocabulary.things.map(({ iri, label }) =>
      element("option", { value: iri.startsWith(own) ? iri.slice(own.length) : iri }, label),
    );
  }

  async #take(example, values) {
    try {
      const query = await this.service.bound(example.name, values);
      this.element.close();
      this.use(query);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error) {
    if (!(error instanceof Problem)) throw error;
    this.said.replaceChildren(problem(error.members));
  }
}
