// @ts-check
import { AnswerView, summary } from "./answer.js";
import { completion } from "./completion.js";
import { diagnosis, isEmpty } from "./diagnosis.js";
import { Editor } from "./editor.js";
import { button, element } from "./element.js";
import { Examples } from "./examples.js";
import { problem } from "./problem.js";
import { declaration, undeclared } from "./prologue.js";
import { Problem, Service } from "./service.js";
import { Vocabulary } from "./vocabulary.js";

/** The page's plain form made into a workbench: what the form would load as a page is fetched and shown in place. */
class Workbench {
  /** @type {AbortController | undefined} */
  #running;

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLElement} output
   */
  constructor(form, output) {
    const { root = "", base = "", nonce = "" } = form.dataset;
    this.output = output;
    const graphs = [...form.querySelectorAll("input[type=hidden]")].map(({ name, value }) => [name, value]);
    this.service = new Service(root, graphs);
    this.vocabulary = new Vocabulary(root, base);
    const area = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("query"));
    const label = /** @type {HTMLLabelElement} */ (area.labels?.[0]);
    label.id = "query-label";
    label.addEventListener("click", () => this.editor.focus());
    const complete = completion(this.vocabulary);
    this.editor = new Editor(area, {
      nonce,
      labelledby: label.id,
      describedby: "query-keys",
      complete: (context) => this.ready.then(() => complete(context)),
      run: () => this.run(),
      declare: () => this.declare(),
      changed: () => this.#offer(),
    });
    const examples = new Examples(this.service, this.vocabulary, (query) => this.use(query));
    label.after(button("Examples", () => examples.open()));
    document.body.append(examples.element);
    const run = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
    this.stop = button("Stop", () => this.#running?.abort(), { hidden: true });
    this.mend = button("", () => this.declare(), { hidden: true });
    this.status = element("span", { role: "status", class: "quiet" });
    const control = /Mac|iP/.test(navigator.platform) ? "Cmd" : "Ctrl";
    const keys = `${control}-Enter runs, Ctrl-Space suggests, Alt-P declares prefixes; Escape, then Tab leaves the editor.`;
    run.before(element("p", { id: "query-keys", class: "quiet keys" }, keys));
    const row = element("div", { class: "row" });
    run.replaceWith(row);
    row.append(run, this.stop, this.mend, this.status);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
    form.classList.add("live");
    this.ready = this.#learn();
  }

  /** Take up what the page came with: an error to mark, or a query whose answer can be had with more to it. */
  resume() {
    const { line, column } = this.output.dataset;
    if (line && column) this.editor.mark(Number(line), Number(column));
    if (!this.output.querySelector(".problem") && new URLSearchParams(location.search).has("query")) this.run();
  }

  async run() {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    const query = this.editor.text;
    this.editor.unmark();
    this.#say("Running…", true);
    history.replaceState(null, "", this.service.address(query));
    try {
      const answer = await this.service.answer(query, running.signal);
      this.#say(summary(answer));
      await this.#show(answer, running.signal);
    } catch (error) {
      if (running !== this.#running) return;
      if (!running.signal.aborted) return this.#fail(error);
      this.#say("Stopped.");
      // An answer to an earlier query would look like one to this.
      this.output.replaceChildren();
    }
  }

  /** @param {string} query */
  use(query) {
    this.editor.text = query;
    this.editor.focus();
    this.run();
  }

  /** Declare the prefixes that the query uses and we know. */
  declare() {
    const missing = undeclared(this.editor.text, this.vocabulary.prefixes);
    const prefixes = missing.map((one) => /** @type {[string, string]} */ ([one, this.vocabulary.prefixes[one]]));
    if (missing.length) this.editor.insert(declaration(this.editor.text, prefixes));
  }

  async #show(answer, signal) {
    const view = new AnswerView(answer, this.service, this.vocabulary);
    this.output.replaceChildren(view.element);
    view.show();
    if (isEmpty(answer)) {
      const told = await this.service.diagnosis(answer.query, signal);
      if (told) view.panel.after(diagnosis(told, (query) => this.use(query)));
    }
    await this.ready;
    await this.#label(view, signal);
  }

  /** An answer is whole without labels, so a failure here takes nothing away. */
  async #label(view, signal) {
    try {
      for await (const labels of this.service.labels(view.unlabelled(), signal)) {
        for (const [iri, label] of labels) this.vocabulary.labels.set(iri, label);
        view.relabel();
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  #fail(error) {
    if (!(error instanceof Problem)) throw error;
    this.#say("");
    this.output.replaceChildren(problem(error.members));
    const { line, column } = error.members;
    if (line && column) this.editor.mark(line, column);
  }

  #say(words, busy = false) {
    this.status.textContent = words;
    this.stop.hidden = !busy;
    this.output.ariaBusy = String(busy);
  }

  #offer() {
    const missing = undeclared(this.editor.text, this.vocabulary.prefixes);
    this.mend.hidden = missing.length === 0;
    this.mend.textContent = `Declare ${missing.map((prefix) => `${prefix}:`).join(" ")}`;
  }

  /** Without the vocabulary the workbench completes less, and all else works. */
  async #learn() {
    try {
      this.vocabulary.learn(await this.service.vocabulary());
      this.#offer();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }
}

const form = /** @type {HTMLFormElement} */ (document.querySelector("#workbench"));
new Workbench(form, /** @type {HTMLElement} */ (document.querySelector("#answer"))).resume();
