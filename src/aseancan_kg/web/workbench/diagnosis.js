// @ts-check
import { button, element } from "./element.js";

/**
 * @typedef {{kind: string, message: string, line: number | null, column: number | null, excerpt: string | null,
 *   suggestion: string | null, mended: string | null}} Finding
 */

/**
 * Tell whether an answer holds nothing: no row, no triple, a no, or only counts of nothing.
 *
 * @param {import("./service.js").Answer} answer
 */
export function isEmpty({ kind, rows, truth, text }) {
  if (kind === "truth") return !truth;
  if (kind === "graph") return text.trim() === "";
  return rows.length === 0 || (rows.length === 1 && Object.values(rows[0]).every((term) => term.value === "0"));
}

/**
 * Say why a query found nothing.
 *
 * @param {{outcome: string, message: string, findings: Finding[]}} told
 * @param {(query: string) => void} apply  runs the mended query
 */
export function diagnosis({ outcome, message, findings }, apply) {
  const mended = findings.map((finding) => finding.mended).find(Boolean);
  const items = findings.map(({ message, line, excerpt, suggestion }) =>
    element(
      "li",
      {},
      line ? `Line ${line}: ${message}` : message,
      ...(excerpt ? [element("pre", {}, excerpt)] : []),
      ...(suggestion ? [element("p", {}, "Perhaps ", element("code", {}, suggestion))] : []),
    ),
  );
  return element(
    "section",
    { class: "diagnosis", "aria-label": "Why nothing was found" },
    element("h3", {}, "Why nothing was found"),
    element("ul", {}, ...items),
    ...(outcome === "explained" ? [] : [element("p", { class: "quiet" }, message)]),
    ...(mended ? [button("Mend the query and run it", () => apply(mended))] : []),
  );
}
