// Building the page's nodes. Data only ever becomes text or a checked attribute: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `h("button", {class: "x", onclick: f, "aria-label": "…"}, child, …)`. Null and false are left out. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

/** Add children of any shape: nodes, texts, lists of them; null and false are left out. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child);
  }
  return node;
}

/** Replace all children of a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** Children without an element around them. */
export function fragment(...children) {
  return append(document.createDocumentFragment(), children);
}

/** An icon from strokes on a 24×24 grid; it is decoration, the words stand beside it. */
export function svg(paths, className = "icon", filled = false) {
  const node = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: "0 0 24 24", class: className, "aria-hidden": "true", fill: filled ? "currentColor" : "none",
    stroke: filled ? "none" : "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round",
  };
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  for (const d of [paths].flat()) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

let counter = 0;

/** An id for labels and descriptions, unique on this page. */
export function uniqueId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** Run `draw` once, soon, however often it is asked for before that; also when the tab is hidden. */
export function coalesced(draw) {
  let waiting = false;
  const run = () => {
    waiting = false;
    draw();
  };
  return () => {
    if (waiting) return;
    waiting = true;
    if (document.visibilityState === "visible") requestAnimationFrame(run);
    else setTimeout(run, 0);
  };
}
