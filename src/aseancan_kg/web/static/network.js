// A network on its page: move and zoom, see what a node is joined to, show some kinds only, find a node by its name.
// Without this script the same picture stands there, and its nodes lead to their pages all the same.

const STEP = 1.3;
const MOST = 8;
/** Units of the picture to a pixel, at most, for its names to be read. */
const READABLE = 1.1;

const figure = document.querySelector("#figure");
const picture = figure.querySelector("svg");
const nodes = [...picture.querySelectorAll(".node")];
const edges = [...picture.querySelectorAll(".edge")].map((line) => ({ line, ends: line.dataset.ends.split(" ") }));
const whole = picture.viewBox.baseVal;
const view = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
const full = { ...view };

const between = (value, low, high) => Math.min(Math.max(value, low), high);

/** Show the part of the picture that `view` says, and no less than what lies within it. */
function show() {
  view.x = between(view.x, full.x, full.x + full.width - view.width);
  view.y = between(view.y, full.y, full.y + full.height - view.height);
  picture.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  picture.classList.toggle("near-by", view.width < full.width / 2);
}

/** Zoom by a factor, so that what lies at a part (0 to 1) of width and height stays there. */
function zoom(factor, across = 0.5, down = 0.5) {
  const width = between(view.width / factor, full.width / MOST, full.width);
  const height = (width * full.height) / full.width;
  view.x += (view.width - width) * across;
  view.y += (view.height - height) * down;
  Object.assign(view, { width, height });
  show();
}

function move(across, down) {
  view.x += across * view.width;
  view.y += down * view.height;
  show();
}

/** Let what is not joined to a node step back; null lets nothing. */
function light(node) {
  const number = node?.dataset.node;
  const joined = new Set([number]);
  for (const { line, ends } of edges) {
    const is = ends.includes(number);
    line.classList.toggle("lit", is);
    if (is) ends.forEach((end) => joined.add(end));
  }
  for (const one of nodes) one.classList.toggle("lit", joined.has(one.dataset.node));
  picture.classList.toggle("dimmed", node !== null);
}

/** Bring a node into view, when it is not. */
function bring(node) {
  const box = node.getBBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  if (x < view.x || x > view.x + view.width || y < view.y || y > view.y + view.height) {
    view.x = x - view.width / 2;
    view.y = y - view.height / 2;
    show();
  }
}

/** On a phone begin so near that names can be read, at the node that is named most. */
function begin() {
  const nearer = full.width / (READABLE * picture.clientWidth);
  if (nearer < 2) return;
  zoom(nearer);
  bring(nodes[0]);
}

const element = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
};

const button = (text, label, click) => element("button", { type: "button", class: "plain", "aria-label": label, click }, text);

/** A box for each kind of node, which hides those of that kind when it is cleared. */
function filters() {
  const hidden = new Set();
  const refresh = () => {
    const gone = new Set();
    for (const node of nodes) {
      node.toggleAttribute("hidden", hidden.has(node.dataset.kind));
      if (hidden.has(node.dataset.kind)) gone.add(node.dataset.node);
    }
    for (const { line, ends } of edges) line.toggleAttribute("hidden", ends.some((end) => gone.has(end)));
  };
  const kinds = [...new Set(nodes.map((node) => node.dataset.kind))];
  return kinds.map((kind) => {
    const change = (event) => {
      if (event.target.checked) hidden.delete(kind);
      else hidden.add(kind);
      refresh();
    };
    return element("label", {}, element("input", { type: "checkbox", checked: true, change }), ` ${kind}`);
  });
}

/** A field that finds nodes by their names as they are typed; Enter goes to the first. */
function finder() {
  const told = element("span", { role: "status", class: "quiet" });
  const name = (node) => node.querySelector("title").textContent;
  const found = (words) =>
    nodes
      .filter((node) => !node.hasAttribute("hidden") && node.textContent.toLowerCase().includes(words))
      .sort((one, other) => name(one).length - name(other).length);
  const input = (event) => {
    const words = event.target.value.trim().toLowerCase();
    const matches = words ? found(words) : [];
    told.textContent = words ? `${matches.length || "none"} found${matches.length ? ": " + name(matches[0]) : ""}` : "";
    for (const node of nodes) node.classList.toggle("found", matches.includes(node));
    if (matches.length) bring(matches[0]);
    light(matches.length === 1 ? matches[0] : null);
  };
  const submit = (event) => {
    event.preventDefault();
    const words = event.target.elements.find.value.trim().toLowerCase();
    if (words) found(words)[0]?.focus();
  };
  const field = element("input", { type: "search", id: "find", name: "find", autocomplete: "off", input });
  return element("form", { submit }, element("label", { for: "find" }, "Find"), field, told);
}

let held = null;
picture.addEventListener("pointerdown", (event) => {
  if (event.button === 0) held = { x: event.clientX, y: event.clientY, moved: false };
});
window.addEventListener("pointermove", (event) => {
  if (!held) return;
  const box = picture.getBoundingClientRect();
  const [across, down] = [(held.x - event.clientX) / box.width, (held.y - event.clientY) / box.height];
  if (!held.moved && Math.hypot(across * box.width, down * box.height) < 4) return;
  move(across, down);
  held = { x: event.clientX, y: event.clientY, moved: true };
});
window.addEventListener("pointerup", () => setTimeout(() => (held = null)));
window.addEventListener("pointercancel", () => (held = null));
picture.addEventListener("dragstart", (event) => event.preventDefault());
// A drag that ends on a node is no click on it.
picture.addEventListener("click", (event) => held?.moved && event.preventDefault(), true);
picture.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    const box = picture.getBoundingClientRect();
    const [across, down] = [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
    zoom(event.deltaY < 0 ? STEP : 1 / STEP, across, down);
  },
  { passive: false },
);

const KEYS = {
  ArrowLeft: () => move(-0.1, 0),
  ArrowRight: () => move(0.1, 0),
  ArrowUp: () => move(0, -0.1),
  ArrowDown: () => move(0, 0.1),
  "+": () => zoom(STEP),
  "-": () => zoom(1 / STEP),
  0: () => zoom(1 / MOST),
};
picture.addEventListener("keydown", (event) => {
  if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  KEYS[event.key]();
});

for (const node of nodes) {
  node.addEventListener("pointerenter", () => light(node));
  node.addEventListener("pointerleave", () => light(null));
  node.addEventListener("focus", () => {
    bring(node);
    light(node);
  });
  node.addEventListener("blur", () => light(null));
}

figure.before(
  element(
    "div",
    { class: "row controls" },
    finder(),
    element("div", { class: "row", role: "group", "aria-label": "Kinds shown" }, ...filters()),
    button("+", "Zoom in", () => zoom(STEP)),
    button("−", "Zoom out", () => zoom(1 / STEP)),
    button("All", "Show all of it", () => zoom(1 / MOST)),
  ),
  element(
    "p",
    { class: "quiet" },
    matchMedia("(hover: hover)").matches
      ? "Point at a node to see what it is joined to, and its name where there was no room for it. Drag to move; zoom with the buttons, with + and − on a node, or with Ctrl and the wheel."
      : "A node leads to its page. Drag to move; zoom with the buttons.",
  ),
);
begin();
