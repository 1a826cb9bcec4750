// From a control to the app: confirm first when the app wants it, show that it is on its way, show when it failed.

import { reason } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { confirmed } from "./confirm.js";

/**
 * Send what a person did with one control. `control` is `{surface, block, element, node}`; the failure is shown beside
 * `node` as Slack shows it. Resolves to whether it was sent at all (false: not confirmed).
 */
export async function act({ surface, block, element, node }, value) {
  if (element.confirm && !(await confirmed(element.confirm, node))) return false;
  warn(node, null);
  node.setAttribute("aria-busy", "true");
  const result = await surface.click(block, element, value);
  node.removeAttribute("aria-busy");
  if (!result.ok) warn(node, result.error);
  return true;
}

/** Put the warning triangle beside a control, or take it away (null). */
export function warn(node, error) {
  const holder = node.closest(".control") ?? node.parentElement;
  holder?.querySelector(":scope > .control-warning")?.remove();
  if (!error || !holder) return;
  const words = reason(error);
  holder.append(h("span", { class: "control-warning", role: "alert", title: words, "data-error": error }, icon("warning"), h("span", { class: "control-warning-words" }, words)));
}

/** Wrap an element's node so that a warning has its place. */
export function control(element, node, className = "") {
  return h("span", { class: `control ${className}`.trim(), "data-element": element.type }, node);
}

/** The hooks that tests and styles hold on to. */
export function hooks(block, element) {
  return { "data-action-id": element.action_id ?? null, "data-block-id": block.block_id ?? null };
}
