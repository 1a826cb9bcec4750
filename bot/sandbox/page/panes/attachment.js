// Slack's older attachments: a coloured bar with blocks or with title, text and fields.

import { drawBlocks } from "../blocks/block_list.js";
import { h } from "../dom.js";
import { link } from "../text/links.js";
import { mrkdwn } from "../text/mrkdwn.js";

const NAMED = { good: "#2e9e5b", warning: "#d99a1c", danger: "#c9303e" };

/** One attachment. */
export function attachmentNode(attachment, surface) {
  const body = h("div", { class: "attachment-body" });
  const node = h("div", { class: "attachment" }, attachment.pretext && h("div", { class: "attachment-pretext" }, mrkdwn(attachment.pretext)), h("div", { class: "attachment-frame" }, body));
  const color = NAMED[attachment.color] ?? (/^#?[0-9a-f]{6}$/i.test(attachment.color ?? "") ? `#${attachment.color.replace("#", "")}` : null);
  if (color) node.style.setProperty("--bar", color);
  if (attachment.blocks?.length) drawBlocks(body, attachment.blocks, surface);
  else body.append(...classic(attachment));
  return node;
}

function classic({ author_name: author, title, title_link: titleLink, text, fields, footer, fallback }) {
  const nodes = [
    author && h("div", { class: "attachment-author" }, author),
    title && h("div", { class: "attachment-title" }, titleLink ? link(titleLink, title) : title),
    text && h("div", {}, mrkdwn(text)),
    fields?.length && h("div", { class: "section-fields" }, fields.map((field) => h("div", { class: "section-field" }, h("strong", {}, field.title), h("div", {}, mrkdwn(field.value))))),
    footer && h("div", { class: "context" }, footer),
  ].filter(Boolean);
  return nodes.length ? nodes : [h("div", {}, mrkdwn(fallback ?? ""))];
}
