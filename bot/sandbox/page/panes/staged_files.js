// Files beside what is being written: they are sent with it, not before, and can be taken away until then.

import { post } from "../api.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { asBody } from "./attaching.js";

const kept = new Map();

/** The files of one composer; `changed()` is called when one comes or goes. */
export class StagedFiles {
  constructor(changed) {
    this.changed = changed;
    this.files = [];
    this.node = h("ul", { class: "staged-files", role: "list", "aria-label": "Files to send", hidden: true });
  }

  get isEmpty() {
    return !this.files.length;
  }

  /** Those of another conversation; the ones of before are kept for when it is written to again. */
  retarget(key) {
    this.files = kept.get(key) ?? [];
    kept.set(key, this.files);
    this.draw();
  }

  /** Add files of this machine; what is too large is told and left out. */
  async add(files) {
    const { files: staged } = this;
    for (const file of files) {
      const body = await asBody(file);
      if (body) staged.push(body);
    }
    this.draw();
    this.changed();
  }

  /** Send all, the words with the first. Gives the first answer that is a refusal; what was not sent comes back. */
  async send(place, text) {
    const { files: staged } = this;
    const sending = staged.splice(0);
    this.draw();
    for (const [index, file] of sending.entries()) {
      const result = await post("files", { ...place, ...file, text: index ? "" : text });
      if (result.ok) continue;
      staged.unshift(...sending.slice(index));
      this.draw();
      return { ...result, isTextSent: index > 0 };
    }
    return { ok: true };
  }

  draw() {
    this.node.hidden = this.isEmpty;
    fill(this.node, this.files.map((file) => h("li", { class: "chip" }, icon("file"), h("span", { class: "staged-name" }, file.name),
      h("button", { class: "chip-remove", type: "button", "aria-label": `Do not send ${file.name}`, onclick: () => this.remove(file) }, icon("close")))));
  }

  remove(file) {
    this.files.splice(this.files.indexOf(file), 1);
    this.draw();
    this.changed();
  }
}
