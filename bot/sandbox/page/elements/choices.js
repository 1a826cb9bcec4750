// Checkboxes and radio buttons.

import { h, uniqueId } from "../dom.js";
import { textNodes } from "../text/text_object.js";
import { act, control, hooks } from "./acting.js";

/** A list of checkboxes; its value is the list of checked values. */
export function checkboxes(element, context) {
  const initial = (element.initial_options ?? []).map((option) => option.value);
  return group(element, context, "checkbox", initial, (inputs) => inputs.filter((input) => input.checked).map((input) => input.value));
}

/** Radio buttons; the value is the chosen one. */
export function radioButtons(element, context) {
  const initial = element.initial_option ? [element.initial_option.value] : [];
  return group(element, context, "radio", initial, (inputs) => inputs.find((input) => input.checked)?.value ?? null);
}

function group(element, { surface, block, form }, type, initial, read) {
  const chosen = [surface.value(block, element, initial)].flat().filter((value) => value !== null);
  const name = uniqueId("choice");
  const inputs = [];
  const labels = (element.options ?? []).map((option) => {
    const input = h("input", { type, name, value: option.value, checked: chosen.includes(option.value), "data-value": option.value });
    inputs.push(input);
    const detail = option.description && h("span", { class: "choice-detail" }, textNodes(option.description));
    return h("label", { class: "choice" }, input, h("span", { class: "choice-words" }, h("span", {}, textNodes(option.text)), detail));
  });
  const node = h("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group", ...hooks(block, element), ...form?.labels }, labels);
  node.addEventListener("change", () => {
    const value = read(inputs);
    surface.choose(block, element, value);
    form?.changed();
    if (!form || form.dispatch) act({ surface, block, element, node }, value);
  });
  return control(element, node, "choices-control");
}
