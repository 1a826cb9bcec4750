// A menu of choices at a button, for the overflow element and the page's own menus.

import { h } from "../dom.js";
import { openPopover } from "./popover.js";

/** Open a menu; `items` are `{label, detail?, href?, hooks?, current?, choose}`. */
export function openMenu(anchor, items, { label, className = "", side = "start" } = {}) {
  let close = () => {};
  const nodes = items.map((item) => {
    const attributes = { class: "menu-item", role: item.current === undefined ? "menuitem" : "menuitemradio", tabindex: "-1", ...item.hooks };
    if (item.current !== undefined) attributes["aria-checked"] = String(item.current);
    const content = [item.lead, h("span", { class: "menu-words" }, h("span", { class: "menu-label" }, item.label), item.detail && h("span", { class: "menu-detail" }, item.detail)), item.badge];
    const node = item.href
      ? h("a", { ...attributes, href: item.href, target: "_blank", rel: "noopener noreferrer" }, content)
      : h("button", { ...attributes, type: "button" }, content);
    node.addEventListener("click", () => {
      close();
      item.choose?.();
    });
    return node;
  });
  const list = h("div", { class: "menu", role: "menu", "aria-label": label, onkeydown: (event) => move(event, nodes, close) }, nodes);
  close = openPopover(anchor, list, { className: `menu-popover ${className}`, side });
  (nodes.find((node) => node.getAttribute("aria-checked") === "true") ?? nodes[0])?.focus();
  return close;
}

function move(event, nodes, close) {
  const place = nodes.indexOf(document.activeElement);
  const steps = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: nodes.length - 1 };
  if (event.key === "Tab") {
    event.preventDefault();
    close();
  } else if (event.key in steps) {
    event.preventDefault();
    nodes[(steps[event.key] + nodes.length) % nodes.length].focus();
  }
}
