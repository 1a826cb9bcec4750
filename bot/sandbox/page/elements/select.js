// Selects, one or many: static, external, people, channels, conversations. The button shows the choice, the list opens below.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { plainWords } from "../text/text_object.js";
import { act, control, hooks } from "./acting.js";
import { OptionList } from "./option_list.js";
import { chosenOptions, optionSource } from "./option_sources.js";
import { openPopover } from "./popover.js";

const WORDS = { users_select: "Select a person", channels_select: "Select a channel", conversations_select: "Select a conversation" };

/** The node of one select. `form` is set inside an input block: then choosing waits for the submission. */
export function select(element, { surface, block, form }) {
  return new Select(element, surface, block, form).node;
}

class Select {
  constructor(element, surface, block, form) {
    Object.assign(this, { element, surface, block, form });
    this.multiple = element.type.startsWith("multi_");
    this.placeholder = plainWords(element.placeholder) || WORDS[element.type.replace(/^multi_/, "")] || "Choose…";
    this.options = surface.options(block, element, chosenOptions(element, "initial"), (state) => chosenOptions(state, "selected"));
    this.button = h("button", {
      class: "select", type: "button", role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false", ...hooks(block, element), ...form?.labels,
      onclick: () => this.open(), onkeydown: (event) => this.key(event),
    });
    this.node = control(element, h("span", { class: "select-frame" }, this.button, this.clearer()), "select-control");
    this.show();
  }

  clearer() {
    if (!this.form?.optional || this.multiple) return null;
    this.clear = h("button", { class: "select-clear", type: "button", "aria-label": "Clear the choice", onclick: () => this.set([]) }, icon("close"));
    return this.clear;
  }

  show() {
    const words = this.options.map((option) => option.label);
    const chips = this.multiple ? this.options.map((option) => h("span", { class: "chip" }, option.label)) : words;
    fill(this.button, words.length ? h("span", { class: "select-words" }, chips) : h("span", { class: "select-words placeholder" }, this.placeholder), icon("down", "icon select-arrow"));
    if (!this.form) this.button.setAttribute("aria-label", [this.element.accessibility_label || this.placeholder, ...words].join(": "));
    if (this.clear) this.clear.hidden = !words.length;
  }

  open(typed = "") {
    if (this.button.getAttribute("aria-expanded") === "true") {
      this.close?.();
      return;
    }
    const list = new OptionList({
      source: optionSource(this.element, this.surface, this.block), multiple: this.multiple, label: this.placeholder,
      isChosen: (value) => this.options.some((option) => option.value === value),
      choose: (option) => this.take(option), onchange: () => this.close?.place(),
    });
    const before = this.options;
    this.close = openPopover(this.button, list.node, { className: "option-popover", onclose: () => this.closed(before) });
    list.start(typed);
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.open();
    } else if (isLetter(event)) {
      event.preventDefault();
      this.open(event.key);
    }
  }

  take(option) {
    if (!this.multiple) {
      this.close();
      this.set([option]);
      return;
    }
    const chosen = this.options.some((other) => other.value === option.value);
    const full = this.element.max_selected_items && this.options.length >= this.element.max_selected_items;
    if (chosen) this.remember(this.options.filter((other) => other.value !== option.value));
    else if (!full) this.remember([...this.options, option]);
  }

  // A multi-select is told to the app once, when its list closes.
  closed(before) {
    if (this.multiple && before !== this.options) this.tell();
  }

  set(options) {
    this.remember(options);
    this.tell();
  }

  remember(options) {
    this.options = options;
    const values = options.map((option) => option.value);
    this.surface.choose(this.block, this.element, this.multiple ? values : values[0] ?? null, options);
    this.show();
  }

  tell() {
    const value = this.surface.value(this.block, this.element, null);
    this.form?.changed();
    if (!this.form || this.form.dispatch) act({ surface: this.surface, block: this.block, element: this.element, node: this.button }, value);
  }
}

// Space is not one: it opens the list, as Enter does.
function isLetter({ key, isComposing, ctrlKey, metaKey, altKey }) {
  return [...key].length === 1 && key !== " " && !isComposing && !ctrlKey && !metaKey && !altKey;
}
