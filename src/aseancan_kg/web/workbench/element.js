// @ts-check

/**
 * Make an HTML element. A function among the attributes listens to the event of that name, `true` sets an attribute
 * without a value, `false` and `null` leave it out. Strings become text, never markup.
 *
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | ((event: any) => void)>} [attributes]
 * @param {...(Node | string)} children
 * @returns {any}
 */
export const element = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);

/**
 * Make an SVG element, likewise.
 *
 * @param {string} tag
 * @param {Record<string, string | number | boolean | null | ((event: any) => void)>} [attributes]
 * @param {...(Node | string)} children
 * @returns {any}
 */
export const drawing = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/**
 * Make a button that does something and submits nothing.
 *
 * @param {string} text
 * @param {(event: any) => void} click
 * @param {Record<string, string | boolean | null>} [attributes]
 * @returns {HTMLButtonElement}
 */
export const button = (text, click, attributes = {}) =>
  element("button", { type: "button", class: "plain", ...attributes, click }, text);
