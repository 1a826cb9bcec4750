// Buttons, link buttons, icon and feedback buttons, and the overflow menu.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { safeHref } from "../text/links.js";
import { plainWords, textNodes } from "../text/text_object.js";
import { act, control, hooks } from "./acting.js";
import { openMenu } from "./menu.js";

/** A button; with a `url` it also opens it. */
export function button(element, context) {
  const look = ["primary", "danger"].includes(element.style) ? ` ${element.style}` : "";
  const href = element.url ? safeHref(element.url) : null;
  const attributes = { class: `button${look}`, "aria-label": element.accessibility_label || null, ...hooks(context.block, element) };
  const node = href
    ? h("a", { ...attributes, href, target: "_blank", rel: "noopener noreferrer" }, textNodes(element.text))
    : h("button", { ...attributes, type: "button" }, textNodes(element.text));
  node.addEventListener("click", () => press(node, { ...context, element, node }));
  return control(element, node);
}

// While an answer is on its way a second press does nothing.
function press(node, context) {
  if (node.getAttribute("aria-busy") !== "true") act(context);
}

/** The "…" menu. */
export function overflow(element, context) {
  const node = h("button", { class: "button icon-only", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": element.accessibility_label || "More actions", ...hooks(context.block, element) }, icon("more"));
  node.addEventListener("click", () => {
    const items = (element.options ?? []).map((option) => ({
      label: textNodes(option.text), detail: option.description && textNodes(option.description), href: option.url ? safeHref(option.url) : null,
      hooks: { "data-value": option.value }, choose: () => act({ ...context, element, node }, option.value),
    }));
    openMenu(node, items, { label: "More actions", side: "end" });
  });
  return control(element, node);
}

/** An icon button of a context_actions block. */
export function iconButton(element, context) {
  const node = h("button", { class: "button icon-only", type: "button", "aria-label": element.accessibility_label || plainWords(element.text), title: plainWords(element.text), ...hooks(context.block, element) }, icon(element.icon === "trash" ? "trash" : "more"));
  node.addEventListener("click", () => press(node, { ...context, element, node }));
  return control(element, node);
}

/** The two thumbs of a context_actions block. */
export function feedbackButtons(element, context) {
  const one = (choice, sign, fallback) => {
    const node = h("button", { class: "button icon-only", type: "button", "aria-label": choice?.accessibility_label || plainWords(choice?.text) || fallback, ...hooks(context.block, element) }, h("span", { class: "emoji", "aria-hidden": "true" }, sign));
    node.addEventListener("click", () => act({ ...context, element, node }, choice?.value));
    return node;
  };
  return control(element, h("span", { class: "feedback" }, one(element.positive_button, "👍", "Good"), one(element.negative_button, "👎", "Bad")));
}
