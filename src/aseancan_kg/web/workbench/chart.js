// @ts-check
import { drawing, element } from "./element.js";
import { isNumeric, words } from "./table.js";

/**
 * @typedef {{name: string, x: number, y: number}} Point
 * @typedef {{kind: string, x: string, y: string}} Choice
 */

const KINDS = ["bar", "line", "scatter"];
const MOST_BARS = 60;
const MOST_POINTS = 2000;
const HEIGHT = 320;
const LEFT = 56;
const EDGE = 24;

/** A chart of two columns of a result. */
export class Chart {
  /**
   * @param {import("./service.js").Answer} answer
   * @param {import("./vocabulary.js").Vocabulary} vocabulary
   */
  constructor(answer, vocabulary) {
    this.answer = answer;
    this.vocabulary = vocabulary;
    const numeric = answer.columns.filter((column) => isNumeric(answer.rows, column));
    const others = answer.columns.filter((column) => !numeric.includes(column));
    if (!numeric.length) {
      this.element = element("p", {}, "A chart needs a column of numbers, and this answer has none.");
      return;
    }
    const y = numeric.at(-1);
    this.choices = {
      kind: chooser("Kind", KINDS, others.length ? "bar" : "scatter", () => this.draw()),
      x: chooser("Along", answer.columns, others.at(-1) ?? numeric[0], () => this.draw()),
      y: chooser("Numbers", numeric, y, () => this.draw()),
    };
    this.figure = element("figure");
    const selects = Object.values(this.choices).map((one) => one.element);
    this.element = element("div", { class: "chart" }, element("div", { class: "row" }, ...selects), this.figure);
  }

  /** Draw for the width there is; to be called when the chart can be seen. */
  draw() {
    if (!this.figure) return;
    const choice = /** @type {Choice} */ (
      Object.fromEntries(Object.entries(this.choices).map(([name, one]) => [name, one.select.value]))
    );
    const all = this.#points(choice);
    const points = all.slice(0, choice.kind === "bar" ? MOST_BARS : MOST_POINTS);
    const width = Math.max(280, this.figure.clientWidth);
    const made = choice.kind === "bar" ? bars(points, width) : plot(points, width, choice);
    const values = points.map((point) => point.y);
    const told = points.length
      ? `${points.length} values from ${number(Math.min(...values))} to ${number(Math.max(...values))}.`
      : "No row has both values.";
    const left =
      all.length > points.length ? ` The first ${points.length} of ${number(all.length)} rows are drawn.` : "";
    made.prepend(
      drawing("title", { id: "chart-title" }, `${choice.kind} chart of ${choice.y} by ${choice.x}`),
      drawing("desc", { id: "chart-description" }, `${told}${left} The table holds the same values.`),
    );
    this.figure.replaceChildren(made, element("figcaption", {}, `${choice.y} by ${choice.x}.${left}`));
  }

  /** @param {Choice} choice  @returns {Point[]} */
  #points({ x, y, kind }) {
    const rows = this.answer.rows.filter((row) => row[x] && row[y]);
    const places = rows.map((row) => position(row[x]));
    const ordered = kind !== "bar" && places.every(Number.isFinite);
    const points = rows.map((row, place) => ({
      name: words(row[x], this.vocabulary),
      x: ordered ? places[place] : place,
      y: Number(row[y].value),
    }));
    return ordered ? points.toSorted((one, other) => one.x - other.x) : points;
  }
}

function chooser(label, options, chosen, change) {
  const select = element(
    "select",
    { change },
    ...options.map((one) => element("option", { selected: one === chosen }, one)),
  );
  return { select, element: element("label", {}, `${label} `, select) };
}

/** Where a value stands on an axis: a number, a year or a date as a year; NaN for anything else. */
function position(term) {
  const date = /^(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?/.exec(term.value);
  if (/#(date|dateTime|gYear|gYearMonth)$/.test(term.datatype ?? "") && date) {
    return Number(date[1]) + (Number(date[2] ?? 1) - 1) / 12 + (Number(date[3] ?? 1) - 1) / 372;
  }
  return term.value === "" ? NaN : Number(term.value);
}

const number = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });

const frame = (width, height, ...parts) =>
  drawing(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-labelledby": "chart-title",
      "aria-describedby": "chart-description",
    },
    ...parts,
  );

/** Lying bars, each below its name, so that long names fit on a phone. */
function bars(points, width) {
  const step = 42;
  const low = Math.min(0, ...points.map((point) => point.y));
  const high = Math.max(0, ...points.map((point) => point.y));
  const scale = (value) => ((value - low) / (high - low || 1)) * (width - 90);
  const longest = Math.floor(width / 8);
  return frame(
    width,
    points.length * step + 4,
    ...points.map((point, place) => {
      const [from, to] = [scale(Math.min(0, point.y)), scale(Math.max(0, point.y))];
      const name = point.name.length > longest ? `${point.name.slice(0, longest - 1)}…` : point.name;
      return drawing(
        "g",
        {},
        drawing("text", { x: 0, y: place * step + 16 }, name),
        drawing("rect", { x: from, y: place * step + 22, width: Math.max(1, to - from), height: 12 }),
        drawing("text", { x: to + 8, y: place * step + 33, class: "value" }, number(point.y)),
      );
    }),
  );
}

/** Points or a line over two axes. */
function plot(points, width, { kind }) {
  const across = axis(points.map((point) => point.x));
  const up = axis(points.map((point) => point.y));
  const x = (value) => LEFT + ((value - across.low) / (across.high - across.low)) * (width - LEFT - EDGE);
  const y = (value) => HEIGHT - 2 * EDGE - ((value - up.low) / (up.high - up.low)) * (HEIGHT - 3 * EDGE);
  const named = points.some((point) => point.name !== "" && !Number.isFinite(Number.parseFloat(point.name)));
  const bottom = HEIGHT - 2 * EDGE;
  const path = points.map((point, place) => `${place ? "L" : "M"}${x(point.x)} ${y(point.y)}`).join("");
  return frame(
    width,
    HEIGHT,
    ...up.ticks.flatMap((tick) => [
      drawing("line", { x1: LEFT, x2: width - EDGE, y1: y(tick), y2: y(tick) }),
      drawing("text", { x: LEFT - 8, y: y(tick) + 4, class: "value end" }, number(tick)),
    ]),
    ...(named ? [] : across.ticks).map((tick) =>
      drawing("text", { x: x(tick), y: bottom + EDGE, class: "value middle" }, String(Number(tick.toPrecision(6)))),
    ),
    ...(kind === "line" ? [drawing("path", { d: path })] : []),
    ...points.map((point) =>
      drawing(
        "circle",
        { cx: x(point.x), cy: y(point.y), r: 3.5 },
        drawing("title", {}, `${point.name}: ${number(point.y)}`),
      ),
    ),
  );
}

/** The ends of an axis, and round numbers between them. */
function axis(values) {
  const [least, most] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const span = most - least || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  const [low, high] = [Math.floor(least / step) * step, Math.ceil(most / step) * step || step];
  const top = high > low ? high : low + step;
  const ticks = Array.from({ length: Math.round((top - low) / step) + 1 }, (_, place) => low + place * step);
  return { low, high: top, ticks };
}
