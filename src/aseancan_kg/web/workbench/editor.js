// @ts-check
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

/** @type {import("@codemirror/state").StateEffectType<number | null>} */
const setFault = StateEffect.define();
const faultyWord = Decoration.mark({ class: "fault" });
const faultyLine = Decoration.line({ class: "fault-line" });

/** The one place that the service found fault with; gone as soon as the text changes. */
const fault = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setFault)) return effect.value === null ? Decoration.none : marked(transaction.state, effect.value);
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function marked(state, offset) {
  const line = state.doc.lineAt(offset);
  const word = /^\S+/.exec(line.text.slice(offset - line.from));
  const marks = [faultyLine.range(line.from)];
  if (word) marks.push(faultyWord.range(offset, offset + word[0].length));
  return Decoration.set(marks);
}

/**
 * Text typed over a selection. Left to itself Chromium keeps the look of what is replaced in a style attribute, which
 * the page's policy refuses, with a complaint in the console.
 */
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main;
    const text = event.data;
    if (event.inputType !== "insertText" || !text || empty || view.composing) return false;
    const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type" });
    const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert));
    if (!handled) view.dispatch(insert());
    return true;
  },
});

/** The editor of the query, in place of the page's plain text area, which it keeps up to date. */
export class Editor {
  /**
   * @param {HTMLTextAreaElement} area
   * @param {Object} given
   * @param {string} given.nonce  lets the editor's style elements pass the page's policy
   * @param {string} given.labelledby  id of the label
   * @param {string} given.describedby  id of the hint about keys
   * @param {import("@codemirror/autocomplete").CompletionSource} given.complete
   * @param {() => void} given.run
   * @param {() => void} given.declare  declares the prefixes that are missing
   * @param {() => void} given.changed
   */
  constructor(area, { nonce, labelledby, describedby, complete, run, declare, changed }) {
    const commands = [
      { key: "Mod-Enter", run: () => (run(), true) },
      { key: "Alt-p", run: () => (declare(), true) },
    ];
    this.view = new EditorView({
      state: EditorState.create({
        doc: area.value,
        extensions: [
          EditorView.cspNonce.of(nonce),
          Prec.highest(keymap.of(commands)),
          // Tab is left to the browser: whoever has no mouse must be able to leave.
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          EditorView.contentAttributes.of({ "aria-labelledby": labelledby, "aria-describedby": describedby }),
          EditorView.lineWrapping,
          StreamLanguage.define(sparql),
          syntaxHighlighting(classHighlighter),
          autocompletion({ override: [complete], icons: false, maxRenderedOptions: 60 }),
          history(),
          lineNumbers(),
          highlightActiveLine(),
          bracketMatching(),
          closeBrackets(),
          indentOnInput(),
          replacing,
          fault,
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            area.value = this.text;
            changed();
          }),
        ],
      }),
    });
    area.hidden = true;
    area.before(this.view.dom);
  }

  get text() {
    return this.view.state.doc.toString();
  }

  set text(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  /** @param {{from: number, insert: string}} change */
  insert(change) {
    this.view.dispatch({ changes: change });
  }

  /**
   * Mark the place of an error.
   *
   * @param {number} line  from 1
   * @param {number} column  from 1, in code points as the service counts
   */
  mark(line, column) {
    if (line > this.view.state.doc.lines) return;
    const { from, text } = this.view.state.doc.line(line);
    const offset = from + [...text].slice(0, column - 1).join("").length;
    this.view.dispatch({ effects: [setFault.of(offset), EditorView.scrollIntoView(offset)] });
  }

  unmark() {
    this.view.dispatch({ effects: setFault.of(null) });
  }

  focus() {
    this.view.focus();
  }
}
