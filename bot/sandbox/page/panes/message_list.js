// A scrolling list of messages. It stays at its end when it was there; else a pill says that there is more below.

import { coalesced, h } from "../dom.js";
import { icon } from "../icons.js";
import { reconcile } from "../reconcile.js";
import { store } from "../store.js";
import { dayKey, dayName } from "../text/dates.js";
import { messageRow, updateMessageRow } from "./message.js";

const PAGE = 120;
// More at once would hold up a frame while scrolling.
const STEP = 24;
const TOGETHER_SECONDS = 300;
const NEAR = 48;

/** `messages()` gives what to show; `intro(first)` the node above it all; `inThread` says where it is; `seen()` is told at the end. */
export class MessageList {
  constructor({ messages, inThread = false, label, intro = () => null, seen = () => {} }) {
    Object.assign(this, { messages, inThread, intro, seen });
    this.shown = PAGE;
    this.mark = null;
    this.atEnd = true;
    this.count = 0;
    this.rows = h("ol", { class: "message-rows", role: "list" });
    this.top = h("div", { class: "message-top" });
    this.scroller = h("div", { class: "message-scroller", tabindex: "0", role: "region", "aria-label": label }, this.top, this.rows);
    this.pill = h("button", { class: "new-pill", type: "button", hidden: true, onclick: () => this.toEnd() }, "New messages ", icon("down"));
    this.node = h("div", { class: "message-list" }, this.scroller, this.pill);
    this.draw = coalesced(() => this.drawNow());
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.watch = new ResizeObserver(() => this.keep());
    this.watch.observe(this.rows);
    this.watch.observe(this.scroller);
  }

  /** Show it for the first time: the end, or one message. */
  start(mark, wanted = null) {
    this.mark = mark;
    if (wanted) this.reveal(wanted);
    this.drawNow();
    const row = wanted && this.rows.querySelector(`[data-ts="${CSS.escape(wanted)}"]`);
    if (!row) {
      this.toEnd();
      return;
    }
    this.atEnd = false;
    row.scrollIntoView({ block: "center" });
    row.classList.add("wanted");
  }

  stop() {
    this.watch.disconnect();
  }

  // A wanted message may lie above what is drawn at first.
  reveal(ts) {
    const all = this.messages();
    const place = all.findIndex((message) => message.ts === ts);
    if (place >= 0) this.shown = Math.max(PAGE, all.length - place + 20);
  }

  drawNow() {
    const all = this.messages();
    const first = Math.max(0, all.length - this.shown);
    const last = all[all.length - 1]?.ts ?? "";
    reconcile(this.rows, this.entries(all, first));
    this.top.replaceChildren(...[first === 0 ? this.intro() : h("p", { class: "older" }, "Loading older messages…")].filter(Boolean));
    if (!this.atEnd && last > (this.last ?? "")) this.pill.hidden = false;
    this.last = last;
    this.keep();
    if (this.atEnd) this.seen();
  }

  entries(all, first) {
    const entries = [];
    for (let index = first; index < all.length; index += 1) {
      const message = all[index];
      const before = index > first ? all[index - 1] : null;
      const newDay = !before || dayKey(before.ts) !== dayKey(message.ts);
      const unreadStart = this.mark && message.ts > this.mark && (!before || before.ts <= this.mark);
      if (newDay && !this.inThread) entries.push({ key: `day ${dayKey(message.ts)}`, version: [dayName(message.ts)], make: () => h("li", { class: "day", role: "separator" }, h("span", {}, dayName(message.ts))) });
      if (unreadStart) entries.push({ key: "unread", version: [], make: () => h("li", { class: "unread-line", role: "separator", "aria-label": "New messages" }, h("span", {}, "New")) });
      const afterParent = this.inThread && index === 1;
      entries.push(this.entry(message, isTogether(before, message) && !newDay && !unreadStart && !afterParent));
      if (this.inThread && index === 0) entries.push(countLine(all));
    }
    return entries;
  }

  entry(message, compact) {
    const how = { compact, inThread: this.inThread };
    // What was also sent to the channel names its thread's first message, which may be edited.
    const root = message.subtype === "thread_broadcast" ? store.message(message.channel, message.thread_ts) : null;
    return { key: message.ts, version: [message, compact, root], make: () => messageRow(message, how), update: (row) => updateMessageRow(row, message, how) };
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd) {
      this.pill.hidden = true;
      this.seen();
    }
    if (scrollTop < 1500 && this.shown < this.messages().length) this.older();
  }

  older() {
    const { scrollTop, scrollHeight } = this.scroller;
    this.shown += STEP;
    this.drawNow();
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
  }

  keep() {
    if (this.atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  toEnd() {
    this.atEnd = true;
    this.pill.hidden = true;
    this.keep();
    this.seen();
  }
}

function countLine(all) {
  const replies = all.length - 1;
  const words = replies ? `${replies} ${replies === 1 ? "reply" : "replies"}` : "No replies yet";
  return { key: "count", version: [words], make: () => h("li", { class: "reply-count", role: "separator" }, h("span", {}, words)) };
}

// Messages of one author within minutes stand together below one name.
function isTogether(before, message) {
  if (!before || before.user !== message.user || before.username !== message.username) return false;
  if (before.is_ephemeral || message.is_ephemeral || message.subtype === "thread_broadcast" || before.subtype === "tombstone") return false;
  return Number.parseFloat(message.ts) - Number.parseFloat(before.ts) < TOGETHER_SECONDS;
}
