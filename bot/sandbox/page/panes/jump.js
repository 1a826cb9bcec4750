// Ctrl+K: type the beginning of a channel, a person or a place, and go there.

import { appName, directs, directWith, mine, partnerOf, titleOf } from "../conversations.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { href } from "../route.js";
import { store } from "../store.js";
import { avatar } from "./avatar.js";

/** The dialog, closed at first. */
export class Jump {
  constructor() {
    this.query = h("input", {
      class: "option-query", type: "text", role: "combobox", "aria-label": "Jump to", "aria-expanded": "true", "aria-controls": "jump-list", "aria-autocomplete": "list",
      placeholder: "Jump to a channel or a person", autocomplete: "off", spellcheck: "false", oninput: () => this.draw(), onkeydown: (event) => this.key(event),
    });
    this.list = h("div", { class: "option-list", role: "listbox", id: "jump-list", "aria-label": "Places" });
    this.dialog = h("dialog", { class: "dialog jump", "aria-label": "Jump to", onclick: (event) => event.target === this.dialog && this.dialog.close() }, this.query, this.list);
    document.body.append(this.dialog);
  }

  open() {
    if (this.dialog.open) return;
    this.query.value = "";
    this.dialog.showModal();
    this.query.focus();
    this.draw();
  }

  draw() {
    const words = this.query.value.trim().toLowerCase().replace(/^[#@]/, "");
    this.found = places().filter((place) => place.label.toLowerCase().includes(words)).slice(0, 12);
    this.active = 0;
    fill(this.list, this.found.map((place, index) => h("div", { class: "option", role: "option", id: `jump-${index}`, onclick: () => this.take(index) }, place.lead, h("span", { class: "option-words" }, place.label))));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((node, index) => {
      node.classList.toggle("active", index === this.active);
      node.setAttribute("aria-selected", String(index === this.active));
    });
    if (this.found.length) this.query.setAttribute("aria-activedescendant", `jump-${this.active}`);
    else this.query.removeAttribute("aria-activedescendant");
  }

  take(index) {
    const place = this.found[index];
    if (!place) return;
    this.dialog.close();
    location.hash = place.address;
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key === "Enter") this.take(this.active);
    else if (event.key in steps && this.found.length) {
      this.active = (this.active + steps[event.key] + this.found.length) % this.found.length;
      this.mark();
    } else return;
    event.preventDefault();
  }
}

function places() {
  const channels = mine().filter((channel) => !channel.is_im).map((channel) => ({ label: channel.name, lead: icon(channel.is_private ? "lock" : "hash"), address: href(channel.id) }));
  const people = directs().map((channel) => ({ label: titleOf(channel), lead: avatar(partnerOf(channel), "tiny"), address: href(channel.id) }));
  const app = { label: appName(), lead: avatar(store.app.bot_user_id, "tiny"), address: href(directWith(store.app.bot_user_id).id) };
  return [...channels, ...people, app, { label: "Threads", lead: icon("threads"), address: "#/threads" }, { label: "Activity", lead: icon("bell"), address: "#/activity" }];
}
