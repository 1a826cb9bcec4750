// The input block: label, field, hint, and the error that the app or the browser finds.

import { h, uniqueId } from "../dom.js";
import { elementNode } from "../elements/element.js";
import { textNodes } from "../text/text_object.js";

const GROUPS = new Set(["checkboxes", "radio_buttons"]);

/** One field of a form. Choosing in it waits for the submission, unless the block says `dispatch_action`. */
export function input(block, surface) {
  const ids = { field: uniqueId("field"), label: uniqueId("label"), hint: uniqueId("hint"), error: uniqueId("error") };
  const error = h("div", { class: "field-error", id: ids.error, role: "alert", hidden: true });
  const form = {
    optional: block.optional === true,
    dispatch: block.dispatch_action === true,
    changed: () => showError(node, null),
    labels: { id: ids.field, "aria-labelledby": ids.label, "aria-describedby": `${ids.error} ${ids.hint}`, "aria-required": block.optional ? null : "true" },
  };
  const labelled = [h("span", {}, textNodes(block.label)), block.optional && h("span", { class: "field-optional" }, " (optional)")];
  const label = GROUPS.has(block.element?.type) ? h("div", { class: "field-label", id: ids.label }, labelled) : h("label", { class: "field-label", id: ids.label, for: ids.field }, labelled);
  const node = h("div", { class: "field" }, label, elementNode(block.element, { surface, block, form }), error, h("div", { class: "field-hint", id: ids.hint }, block.hint && textNodes(block.hint)));
  return node;
}

/** Show an error below a field, or take it away (null). */
export function showError(field, words) {
  const error = field.querySelector(":scope > .field-error");
  error.hidden = !words;
  error.textContent = words ?? "";
  field.classList.toggle("has-error", Boolean(words));
  const focused = field.querySelector("[data-action-id]");
  if (words) focused?.setAttribute("aria-invalid", "true");
  else focused?.removeAttribute("aria-invalid");
}
