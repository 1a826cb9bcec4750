// A box that opens at a control: menus, lists of options. It closes at Esc, at a press outside, and when its control is gone.

import { h } from "../dom.js";

let open = null;

/**
 * Open `content` at `anchor`. Options: `className`, `onclose`, `side` ("start" or "end"). Returns the way to close it.
 * One at a time: another one that opens closes it.
 */
export function openPopover(anchor, content, { className = "", onclose = null, side = "start" } = {}) {
  open?.(false);
  const box = h("div", { class: `popover ${className}`.trim(), popover: "manual" }, content);
  // Inside a modal dialog everything outside is inert, so the box lives in the dialog of its control.
  (anchor.closest("dialog[open]") ?? document.body).append(box);
  box.showPopover();
  const place = () => placeAt(box, anchor, side);
  place();
  const close = (refocus = true) => {
    if (open !== close) return;
    open = null;
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", place);
    document.removeEventListener("keydown", escape, true);
    box.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (refocus && anchor.isConnected) anchor.focus();
    onclose?.();
  };
  const outside = (event) => {
    if (!box.contains(event.target) && !anchor.contains(event.target)) close(false);
  };
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  open = close;
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", place);
  document.addEventListener("keydown", escape, true);
  anchor.setAttribute("aria-expanded", "true");
  close.place = place;
  return close;
}

/** Whether a popover is open at all; Esc belongs to it then. */
export function isPopoverOpen() {
  return open !== null;
}

function placeAt(box, anchor, side) {
  const at = anchor.getBoundingClientRect();
  const below = innerHeight - at.bottom - 12;
  const above = at.top - 12;
  const wanted = Math.min(box.scrollHeight, 380);
  const upwards = below < wanted && above > below;
  box.style.setProperty("max-height", `${Math.max(140, Math.min(380, upwards ? above : below))}px`);
  box.style.setProperty("min-width", `${Math.min(Math.max(at.width, 180), innerWidth - 24)}px`);
  const width = box.offsetWidth;
  const left = side === "end" ? at.right - width : at.left;
  box.style.setProperty("left", `${Math.max(12, Math.min(left, innerWidth - width - 12))}px`);
  if (upwards) {
    box.style.setProperty("top", "auto");
    box.style.setProperty("bottom", `${innerHeight - at.top + 4}px`);
  } else {
    box.style.setProperty("top", `${at.bottom + 4}px`);
    box.style.setProperty("bottom", "auto");
  }
}
