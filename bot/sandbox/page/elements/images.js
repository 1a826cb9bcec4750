// Pictures: from the web, or from a file of this workspace.

import { h } from "../dom.js";
import { plainWords } from "../text/text_object.js";

/** Where a picture comes from, or null when that is not allowed. */
export function pictureSource(element) {
  const address = element.image_url ?? element.slack_file?.url ?? (element.slack_file?.id ? `/files/${element.slack_file.id}` : null);
  try {
    const parsed = new URL(address, location.origin);
    return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A picture; when it does not load, its words. */
export function picture(element, className) {
  const source = pictureSource(element);
  const words = h("span", { class: "picture-words" }, element.alt_text || plainWords(element.title) || "Picture");
  if (!source) return words;
  const node = h("img", { class: className, src: source, alt: element.alt_text ?? "", loading: "lazy", referrerpolicy: "no-referrer" });
  node.addEventListener("error", () => node.replaceWith(words));
  return node;
}

/** A small picture, as in context and section blocks. */
export function imageElement(element) {
  return picture(element, "picture-small");
}
