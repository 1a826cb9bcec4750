// The head of a pane: the way to the sidebar on narrow screens, a title, and what stands at its end.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";

/** Fill the `head` with the title's nodes and more. */
export function fillHead(head, openSidebar, title, ...more) {
  const menu = h("button", { class: "icon-button menu-button", type: "button", "aria-label": "Open the sidebar", "aria-controls": "sidebar", onclick: openSidebar }, icon("menu"));
  return fill(head, menu, h("h1", { class: "pane-title" }, title), more);
}
