// JSON to read and to copy: indented, with its words in colours.

import { h } from "../dom.js";
import { icon } from "../icons.js";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A titled value. */
export function jsonView(title, value) {
  const text = value === null || value === undefined ? "nothing" : JSON.stringify(value, null, 2);
  const copy = h("button", { class: "tool", type: "button", "aria-label": `Copy: ${title}` }, icon("copy"), h("span", {}, "Copy"));
  copy.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(text);
    copy.lastChild.textContent = "Copied";
  });
  return h("section", { class: "json", "aria-label": title }, h("header", {}, h("h3", {}, title), copy), h("pre", { class: "pre", tabindex: "0" }, coloured(text)));
}

function coloured(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    nodes.push(text.slice(end, found.index));
    const [whole, string, colon] = found;
    if (string) nodes.push(h("span", { class: colon ? "json-key" : "json-string" }, string), colon ?? "");
    else nodes.push(h("span", { class: "json-word" }, whole));
    end = found.index + whole.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
