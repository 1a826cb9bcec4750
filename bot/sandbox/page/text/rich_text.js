// rich_text blocks: sections, lists, quotes and preformatted text. Their text needs no unescaping: it is data, not markup.

import { patternedDate } from "./dates.js";
import { emoji } from "./emoji.js";
import { h } from "../dom.js";
import { link } from "./links.js";
import { store } from "../store.js";
import { broadcastMention, channelMention, groupMention, userMention } from "./mentions.js";

const BLOCKS = {
  rich_text_section: (part) => [h("div", { class: "rich-section" }, part.elements.map(element))],
  rich_text_preformatted: preformatted,
  rich_text_quote: (part) => [h("blockquote", {}, part.elements.map(element))],
  rich_text_list: (part) => [list(part)],
};

/** The nodes of a rich_text object. */
export function richText(block) {
  const elements = block?.elements ?? [];
  return elements.flatMap((part) => (BLOCKS[part.type] ? BLOCKS[part.type]({ ...part, elements: part.elements ?? [] }) : []));
}

function preformatted(part) {
  const pre = h("pre", { class: "pre", tabindex: "0" }, part.elements.map(element));
  if (part.language) pre.setAttribute("data-language", part.language);
  return [pre];
}

function list(part) {
  const indent = Math.min(Math.max(part.indent ?? 0, 0), 8);
  const numbered = part.style === "ordered";
  const attributes = { class: `rich-list indent-${indent}${part.border ? " bordered" : ""}` };
  if (numbered && part.offset) attributes.start = part.offset + 1;
  return h(numbered ? "ol" : "ul", attributes, part.elements.map((item) => h("li", {}, (item.elements ?? []).map(element))));
}

const ELEMENTS = {
  text: (part) => part.text ?? "",
  link: (part) => link(part.url, part.text || part.url),
  emoji: (part) => emoji(part.name, part.unicode),
  user: (part) => userMention(part.user_id),
  channel: (part) => channelMention(part.channel_id),
  usergroup: (part) => groupMention(part.usergroup_id),
  broadcast: (part) => broadcastMention(part.range),
  date: (part) => h("span", { class: "date" }, patternedDate(part.timestamp, part.format ?? "{date} {time}", part.fallback ?? "")),
  team: () => h("span", { class: "mention" }, store.team.name ?? "team"),
  color: (part) => h("code", {}, part.value),
};

function element(part) {
  const shown = ELEMENTS[part.type]?.(part);
  return shown === undefined ? "" : styled(shown, part.style ?? {});
}

function styled(shown, style) {
  let node = shown;
  if (style.code) node = h("code", {}, node);
  if (style.bold) node = h("strong", {}, node);
  if (style.italic) node = h("em", {}, node);
  if (style.strike) node = h("del", {}, node);
  if (style.underline) node = h("u", {}, node);
  return node;
}
