// @ts-check
import { element } from "./element.js";

/**
 * Say what went wrong, where, and what to do about it.
 *
 * @param {Record<string, any>} members  of an RFC 9457 problem document, with `retryAfter` from its response
 */
export function problem(members) {
  const { title, detail, excerpt, hint, elapsedSeconds, limitSeconds, retryAfter } = members;
  const said = [detail];
  if (limitSeconds) said.push(`It ran for ${elapsedSeconds ?? limitSeconds} seconds; the limit is ${limitSeconds}.`);
  if (hint) said.push(hint);
  if (retryAfter) said.push(`Run it again in ${retryAfter} ${retryAfter === "1" ? "second" : "seconds"}.`);
  return element(
    "div",
    { class: "problem", role: "alert" },
    element("h2", {}, title),
    ...said.filter(Boolean).map((one) => element("p", {}, one)),
    ...(excerpt ? [element("pre", { tabindex: 0, role: "region", "aria-label": "Excerpt" }, excerpt)] : []),
  );
}
