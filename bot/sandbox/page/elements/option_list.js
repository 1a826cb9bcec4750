// The open part of a select: a box to type in and the options below it, moved through with the arrow keys.

import { reason } from "../api.js";
import { fill, h, uniqueId } from "../dom.js";
import { icon, spinner } from "../icons.js";

const PAUSE_MS = 150;

/** One open list. `source` finds options, `isChosen(value)` marks them, `choose(option)` takes one. */
export class OptionList {
  constructor({ source, isChosen, choose, label, multiple, onchange }) {
    Object.assign(this, { source, isChosen, choose, multiple, onchange });
    this.listId = uniqueId("options");
    this.found = [];
    this.active = -1;
    this.round = 0;
    this.input = h("input", {
      class: "option-query", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-label": `Search: ${label}`,
      "aria-controls": this.listId, "aria-expanded": "true", "aria-autocomplete": "list", placeholder: "Type to search",
      oninput: () => this.ask(source.immediate ? 0 : PAUSE_MS), onkeydown: (event) => this.key(event),
    });
    this.list = h("div", { class: "option-list", role: "listbox", id: this.listId, "aria-label": label, "aria-multiselectable": multiple || null });
    this.note = h("div", { class: "option-note", role: "status" });
    this.node = h("div", { class: "option-box" }, this.input, this.list, this.note);
  }

  /** Show the first options, or those for what is typed already, and take the focus. */
  start(typed = "") {
    this.input.value = typed;
    this.input.focus();
    this.ask(0);
  }

  ask(pause) {
    clearTimeout(this.timer);
    const query = this.input.value;
    if (query.length < this.source.minimum) {
      this.round += 1;
      this.show([], `Type at least ${this.source.minimum} character${this.source.minimum === 1 ? "" : "s"}.`);
      return;
    }
    this.timer = setTimeout(() => this.find(query), pause);
  }

  async find(query) {
    this.round += 1;
    const { round } = this;
    const slow = setTimeout(() => fill(this.note, spinner(), "Loading…"), 150);
    const { groups, error } = await this.source.find(query);
    clearTimeout(slow);
    if (round !== this.round) return;
    const count = groups.reduce((sum, group) => sum + group.options.length, 0);
    if (error) this.show([], `Loading options failed. ${reason(error)}`, true);
    else this.show(groups, count ? "" : "No results");
  }

  show(groups, note, failed = false) {
    this.found = groups.flatMap((group) => group.options);
    fill(this.note, failed ? icon("warning") : null, note);
    this.note.classList.toggle("failed", failed);
    fill(this.list, groups.filter((group) => group.options.length).map((group) => this.group(group)));
    const chosen = this.found.findIndex((option) => this.isChosen(option.value));
    this.activate(this.found.length ? Math.max(chosen, 0) : -1);
    this.onchange?.();
  }

  group({ label, options }) {
    const nodes = options.map((option) => this.option(option));
    if (!label) return nodes;
    return h("div", { class: "option-group", role: "group", "aria-label": label }, h("div", { class: "option-group-label", "aria-hidden": "true" }, label), nodes);
  }

  option(option) {
    return h("div", {
      class: "option", role: "option", id: uniqueId("option"), "data-value": option.value, "aria-selected": String(this.isChosen(option.value)),
      onclick: () => this.take(option), onpointermove: () => this.activate(this.found.indexOf(option), false),
    }, h("span", { class: "option-words" }, h("span", { class: "option-label" }, option.label), option.detail && h("span", { class: "option-detail" }, option.detail)), icon("check", "icon option-check"));
  }

  take(option) {
    this.choose(option);
    if (!this.multiple) return;
    for (const node of this.list.querySelectorAll(".option")) node.setAttribute("aria-selected", String(this.isChosen(node.dataset.value)));
    this.onchange?.();
  }

  activate(index, scroll = true) {
    const nodes = [...this.list.querySelectorAll(".option")];
    this.active = index;
    nodes.forEach((node, place) => node.classList.toggle("active", place === index));
    if (nodes[index]) {
      this.input.setAttribute("aria-activedescendant", nodes[index].id);
      if (scroll) nodes[index].scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    const count = this.found.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (count) this.activate((this.active + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.found[this.active]) this.take(this.found[this.active]);
    }
  }
}
