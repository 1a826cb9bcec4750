// The file block: a file that lives elsewhere, by its name only.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** A remote file; the sandbox knows no more of it than its id. */
export function fileBlock(block) {
  return h("div", { class: "file" }, h("div", { class: "file-head" }, icon("file", "icon file-icon"), h("span", { class: "file-words" }, h("span", { class: "file-name" }, block.external_id ?? "Remote file"))));
}
