// Blocks that draw a frame: alert, card, carousel, and the container with other blocks in it.

import { fill, h, uniqueId } from "../dom.js";
import { elementNode } from "../elements/element.js";
import { picture } from "../elements/images.js";
import { icon } from "../icons.js";
import { richText } from "../text/rich_text.js";
import { textNodes } from "../text/text_object.js";
import { isOpen, setOpen } from "./open_parts.js";

const LEVELS = { default: "info", info: "info", warning: "warning", error: "warning", success: "check" };

/** A coloured note in a modal. */
export function alertBlock(block) {
  const level = block.level in LEVELS ? block.level : "default";
  const role = level === "error" || level === "warning" ? "alert" : "status";
  return h("div", { class: `alert level-${level}`, role }, icon(LEVELS[level]), h("div", { class: "alert-text" }, textNodes(block.text)));
}

/** A tile with title, text and at most a few buttons. */
export function card(block, surface) {
  const buttons = (block.actions ?? []).map((element) => elementNode(element, { surface, block }));
  return h("div", { class: "card" },
    block.hero_image && picture(block.hero_image, "card-hero"),
    h("div", { class: "card-head" }, block.icon && picture(block.icon, "card-icon"), h("div", {},
      block.title && h("div", { class: "card-title" }, textNodes(block.title)),
      block.subtitle && h("div", { class: "card-subtitle" }, textNodes(block.subtitle)))),
    block.body && h("div", { class: "card-body" }, textNodes(block.body)),
    buttons.length ? h("div", { class: "actions" }, buttons) : null);
}

/** Cards side by side. */
export function carousel(block, surface) {
  return h("div", { class: "carousel", role: "group", tabindex: "0", "aria-label": "Cards" }, (block.elements ?? []).map((element) => card({ block_id: block.block_id, ...element }, surface)));
}

/** A titled frame around other blocks, which may be folded. */
export function container(block, surface, drawBlocks) {
  const body = h("div", { class: "container-body", id: uniqueId("container") });
  const title = block.rich_text_title ? richText(block.rich_text_title) : textNodes(block.title);
  const words = h("span", { class: "container-words" }, h("span", { class: "container-title" }, title), block.subtitle && h("span", { class: "container-subtitle" }, textNodes(block.subtitle)));
  const head = [block.icon && picture(block.icon, "card-icon"), words];
  drawBlocks(body, block.child_blocks, surface);
  const node = h("div", { class: `container width-${["narrow", "wide", "full"].includes(block.width) ? block.width : "standard"}${block.has_header_divider ? " divided" : ""}` });
  return fill(node, block.is_collapsible ? folding(block, surface, head, body) : h("div", { class: "container-head" }, head), body);
}

function folding(block, surface, head, body) {
  const key = `${surface.key} container ${block.block_id}`;
  const button = h("button", { class: "container-head", type: "button", "aria-controls": body.id }, icon("right", "icon fold-arrow"), head);
  const show = (open) => {
    button.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
  };
  button.addEventListener("click", () => {
    setOpen(key, body.hidden);
    show(body.hidden);
  });
  show(isOpen(key, !block.default_collapsed));
  return button;
}
