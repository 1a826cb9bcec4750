// The classic blocks: section, actions, context, header, image, divider, and the texts markdown and rich_text.

import { h } from "../dom.js";
import { elementNode } from "../elements/element.js";
import { picture } from "../elements/images.js";
import { link } from "../text/links.js";
import { markdown } from "../text/markdown.js";
import { richText } from "../text/rich_text.js";
import { plainWords, textNodes } from "../text/text_object.js";

/** Text, fields in two columns, and one control or picture beside them. */
export function section(block, surface) {
  const fields = (block.fields ?? []).map((field) => h("div", { class: "section-field" }, textNodes(field)));
  const body = h("div", { class: "section-body" },
    block.text && h("div", { class: "section-text" }, textNodes(block.text)),
    fields.length ? h("div", { class: "section-fields" }, fields) : null);
  const accessory = block.accessory && h("div", { class: `section-accessory is-${block.accessory.type}` }, elementNode(block.accessory, { surface, block }));
  return h("div", { class: "section" }, body, accessory);
}

/** A row of controls. */
export function actions(block, surface) {
  return h("div", { class: "actions", role: "group", "aria-label": "Actions" }, (block.elements ?? []).map((element) => elementNode(element, { surface, block })));
}

/** A row of small controls. */
export function contextActions(block, surface) {
  const node = actions(block, surface);
  node.classList.add("context-actions");
  return node;
}

/** Small grey words and pictures. */
export function context(block) {
  const parts = (block.elements ?? []).map((element) => (element.type === "image" ? picture(element, "picture-context") : h("span", { class: "context-text" }, textNodes(element))));
  return h("div", { class: "context" }, parts);
}

/** A large line. */
export function header(block) {
  const level = Math.min(Math.max(block.level ?? 1, 1), 4);
  return h("div", { class: `header level-${level}`, role: "heading", "aria-level": level + 2 }, textNodes(block.text));
}

/** A picture with its title. */
export function image(block) {
  const title = block.title && h("figcaption", {}, textNodes(block.title));
  return h("figure", { class: "image" }, title, picture(block, "picture"));
}

/** A line. */
export function divider() {
  return h("hr", { class: "divider" });
}

/** Standard Markdown. */
export function markdownBlock(block) {
  return h("div", { class: "markdown" }, markdown(block.text));
}

/** Rich text. */
export function richTextBlock(block) {
  return h("div", { class: "rich-text" }, richText(block));
}

/** A film, as its picture that leads to it. */
export function video(block) {
  const title = plainWords(block.title) || "Video";
  const film = picture({ image_url: block.thumbnail_url, alt_text: block.alt_text }, "picture");
  return h("figure", { class: "image" }, h("figcaption", {}, block.title_url ? link(block.title_url, title) : title), block.description && h("p", {}, textNodes(block.description)), link(block.video_url, film));
}
