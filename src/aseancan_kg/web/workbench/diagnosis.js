// @ts-check
import { button, element } from "./element.js";

/**
 * @typedef {{kind: string, message: string, line?: number, column?: number, excerpt?: string, suggestion?: string}} Finding
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
 * @param {{findings: Finding[], mended: string | null, complete: boolean}} told
 * @param {(query: string) => void} apply  runs the mended query
 */
export function diagnosis({ findings, mended, complete }, apply) {
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
    ...(complete ? [] : [element("p", { class: "quiet" }, "There was no time to look at everything.")]),
    ...(mended ? [button("Mend the query and run it", () => apply(mended))] : []),
  );
}
