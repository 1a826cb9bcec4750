// The box to write in: Enter sends, Shift+Enter breaks the line, / and @ offer completions; files go with the words.

import { post, reason } from "../api.js";
import { fill, h, uniqueId } from "../dom.js";
import { icon } from "../icons.js";
import { plusButton } from "./attaching.js";
import { commandIn, suggestions } from "./completion.js";
import { StagedFiles } from "./staged_files.js";

const drafts = new Map();

/** One composer. `target()` gives `{key, channel, name, thread}` of where it writes. */
export class Composer {
  constructor(target) {
    this.target = target;
    this.inThread = Boolean(target().thread);
    this.offered = null;
    this.active = 0;
    this.listId = uniqueId("completions");
    this.text = h("textarea", {
      class: "composer-text", rows: "1", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.listId, id: this.inThread ? null : "composer",
      oninput: () => this.changed(), onkeydown: (event) => this.key(event), onclick: () => this.offer(), onblur: () => this.withdraw(), onpaste: (event) => this.takeFiles(event, event.clipboardData),
    });
    this.list = h("div", { class: "completions", role: "listbox", id: this.listId, "aria-label": "Completions", hidden: true });
    this.hint = h("div", { class: "composer-hint" });
    this.notice = h("div", { class: "composer-notice", role: "alert" });
    this.send = h("button", { class: "send", type: "button", "aria-label": "Send", title: "Send", disabled: true, onclick: () => this.submit() }, icon("send"));
    this.staged = new StagedFiles(() => {
      this.changed(false);
      this.text.focus();
    });
    const frame = h("div", { class: "composer-frame" }, plusButton((files) => this.staged.add(files)), this.text, this.send);
    this.node = h("div", { class: "composer" }, this.list, this.notice, this.staged.node, frame, this.hint);
    this.retarget();
  }

  /** Write somewhere else: keeps what was begun here, and takes up what was begun there. */
  retarget() {
    const { key, name } = this.target();
    if (this.targetKey) drafts.set(this.targetKey, this.text.value);
    this.targetKey = key;
    this.text.value = drafts.get(key) ?? "";
    this.staged.retarget(key);
    const words = this.inThread ? "Reply…" : `Message ${name}`;
    this.text.setAttribute("placeholder", words);
    this.text.setAttribute("aria-label", this.inThread ? "Reply in the thread" : words);
    this.say("");
    this.changed(false);
  }

  changed(offering = true) {
    this.fit();
    this.send.disabled = !this.text.value.trim() && this.staged.isEmpty;
    this.say("");
    this.showHint();
    if (offering) this.offer();
  }

  /** Files that are dropped anywhere on this node are meant for this box. */
  catchFiles(node) {
    node.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    node.addEventListener("drop", (event) => this.takeFiles(event, event.dataTransfer));
  }

  // Pasted, or dropped.
  takeFiles(event, brought) {
    if (!brought?.files.length) return;
    event.preventDefault();
    this.staged.add([...brought.files]);
  }

  // As high as its lines; before it is on the page it has no height yet.
  fit() {
    this.text.style.setProperty("height", "auto");
    const { scrollHeight } = this.text;
    if (scrollHeight) this.text.style.setProperty("height", `${scrollHeight}px`);
  }

  // While a command's text is typed, its usage stands below the box.
  showHint() {
    const command = this.text.value.startsWith("/") ? commandIn(this.text.value) : null;
    if (command?.known && /\s/.test(this.text.value)) {
      fill(this.hint, h("strong", {}, command.known.command), ` ${command.known.usage_hint ?? ""}`, h("span", { class: "composer-hint-detail" }, command.known.description ?? ""));
    } else if (!this.text.value) {
      fill(this.hint, this.inThread ? "" : ["Type ", h("kbd", {}, "/"), " for the app's commands"]);
    } else {
      fill(this.hint, h("kbd", {}, "Shift"), " + ", h("kbd", {}, "Enter"), " for a new line");
    }
  }

  offer() {
    this.offered = suggestions(this.text.value, this.text.selectionStart, { inThread: this.inThread });
    this.active = 0;
    this.showOffer();
  }

  withdraw() {
    this.offered = null;
    this.showOffer();
  }

  showOffer() {
    const items = this.offered?.items ?? [];
    this.list.hidden = !items.length;
    this.text.setAttribute("aria-expanded", String(items.length > 0));
    fill(this.list, items.map((item, index) => h("div", {
      class: `completion${index === this.active ? " active" : ""}`, role: "option", id: `${this.listId}-${index}`, "aria-selected": String(index === this.active),
      onpointerdown: (event) => event.preventDefault(), onclick: () => this.take(item),
    }, h("span", { class: "completion-label" }, item.label), item.hint && h("span", { class: "completion-hint" }, item.hint), h("span", { class: "completion-detail" }, item.detail))));
    if (items.length) this.text.setAttribute("aria-activedescendant", `${this.listId}-${this.active}`);
    else this.text.removeAttribute("aria-activedescendant");
  }

  take(item) {
    const { value, selectionStart } = this.text;
    const rest = value.slice(selectionStart).replace(/^ /, "");
    this.text.value = value.slice(0, this.offered.from) + item.insert + rest;
    const caret = this.offered.from + item.insert.length;
    this.text.setSelectionRange(caret, caret);
    this.text.focus();
    this.changed();
  }

  key(event) {
    if (event.isComposing) return;
    const items = this.offered?.items ?? [];
    if (items.length && this.keyInOffer(event, items)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    }
  }

  keyInOffer(event, items) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      this.active = (this.active + steps[event.key] + items.length) % items.length;
      this.showOffer();
      return true;
    }
    if (event.key === "Escape") {
      this.withdraw();
      return true;
    }
    if (event.key !== "Tab" && event.key !== "Enter") return false;
    if (event.shiftKey) return false;
    // What is typed in full to its end is sent by Enter, as in Slack; Tab still completes it.
    if (event.key === "Enter" && items[this.active].insert.trim() === this.text.value.slice(this.offered.from).trim()) return false;
    this.take(items[this.active]);
    return true;
  }

  async submit() {
    const written = this.text.value;
    if (!written.trim() && this.staged.isEmpty) return;
    const refused = this.refusal(written);
    if (refused) {
      this.say(refused);
      return;
    }
    this.text.value = "";
    const delivered = this.deliver(written);
    this.changed();
    const result = await delivered;
    // Slack itself tells in the channel that a command failed; a message that was not taken comes back into the box.
    if (result.ok || (written.startsWith("/") && result.error !== "unreachable" && result.error !== "not_in_channel")) return;
    if (!this.text.value && !result.isTextSent) {
      this.text.value = written;
      this.changed(false);
    }
    this.say(reason(result.error));
    this.send.disabled = false;
  }

  refusal(written) {
    const command = written.startsWith("/") ? commandIn(written) : null;
    if (!command) return null;
    if (this.inThread) return `${command.command} is not supported in threads. Sorry!`;
    if (!command.known) return `${command.command} is not a valid command. To send it as a message, put a space before the slash.`;
    return null;
  }

  deliver(written) {
    const { channel, thread } = this.target();
    const command = written.startsWith("/") ? commandIn(written) : null;
    if (command) return post("commands", { channel, command: command.known.command, text: command.text });
    if (!this.staged.isEmpty) return this.staged.send(thread ? { channel, thread_ts: thread } : { channel }, written.trim());
    return post("messages", thread ? { channel, text: written, thread_ts: thread } : { channel, text: written });
  }

  say(words) {
    this.notice.textContent = words;
    this.notice.hidden = !words;
  }
}
