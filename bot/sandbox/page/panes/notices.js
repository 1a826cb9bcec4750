// A short word at the foot of the page, for what has no place of its own: a link that was copied, a shortcut that failed.

import { h } from "../dom.js";

const SHOWN_MS = 6_000;

/** Say it; a failure is announced at once. */
export function tell(words, isFailure = false) {
  document.querySelector(".notice")?.remove();
  const close = () => node.remove();
  const node = h("div", { class: `notice${isFailure ? " failed" : ""}`, role: isFailure ? "alert" : "status", popover: "manual" },
    h("span", {}, words), h("button", { class: "notice-close", type: "button", "aria-label": "Dismiss", onclick: close }, "✕"));
  (document.querySelector("dialog[open]") ?? document.body).append(node);
  node.showPopover();
  setTimeout(close, SHOWN_MS);
}
