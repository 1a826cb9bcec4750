// A scrolling list of messages. It stays at its end when it was there; else a pill says that there is more below.
// Only a window of the messages is drawn, and it moves while one scrolls: a channel may have any number of them.

import { coalesced, h } from "../dom.js";
import { icon } from "../icons.js";
import { me } from "../identity.js";
import { reconcile } from "../reconcile.js";
import { store } from "../store.js";
import { dayKey, dayName } from "../text/dates.js";
import { messageRow, updateMessageRow } from "./message.js";
import { moveAmongMessages } from "./message_keys.js";
import { MessageWindow } from "./message_window.js";

const TOGETHER_SECONDS = 300;
const NEAR = 48;
// So many pixels before the edge of what is drawn the next messages are fetched.
const AHEAD = 1_500;

/** `messages()` gives what to show; `intro(first)` the node above it all; `inThread` says where it is; `seen()` is told at the end. */
export class MessageList {
  constructor({ messages, inThread = false, label, intro = () => null, seen = () => {} }) {
    Object.assign(this, { messages, inThread, intro, seen });
    this.window = new MessageWindow();
    this.mark = null;
    this.atEnd = true;
    this.rows = h("ol", { class: "message-rows", role: "list" });
    this.top = h("div", { class: "message-top" });
    this.scroller = h("div", { class: "message-scroller", tabindex: "0", role: "region", "aria-label": label, onkeydown: (event) => moveAmongMessages(event, this.scroller) }, this.top, this.rows);
    this.pill = h("button", { class: "new-pill", type: "button", hidden: true, onclick: () => this.toEnd() }, "New messages ", icon("down"));
    this.node = h("div", { class: "message-list" }, this.scroller, this.pill);
    this.draw = coalesced(() => this.drawNow());
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.watch = new ResizeObserver(() => this.keep());
    this.watch.observe(this.rows);
    this.watch.observe(this.scroller);
  }

  /** Show it for the first time: the end, one message, or where the new ones begin. */
  start(mark, wanted = null) {
    this.mark = mark;
    if (wanted) this.window.around(this.messages(), wanted);
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

  /** What the keyboard comes to first: the message at the foot of what one sees, or the list while it is empty. */
  latest() {
    return [...this.rows.children].filter((row) => row.dataset.ts && row.getBoundingClientRect().top < this.scroller.getBoundingClientRect().bottom).at(-1) ?? this.scroller;
  }

  stop() {
    this.watch.disconnect();
  }

  drawNow() {
    const all = this.messages();
    const last = all[all.length - 1]?.ts ?? "";
    if (this.isWatched()) this.mark = last;
    this.window.follow(all, this.atEnd);
    const { first, end } = this.window.bounds(all);
    this.holding(() => {
      reconcile(this.rows, this.entries(all, first, end));
      this.top.replaceChildren(...[first === 0 ? this.intro() : h("p", { class: "older" }, "Loading older messages…")].filter(Boolean));
    });
    if (!this.atEnd && last > (this.last ?? "")) this.pill.hidden = false;
    this.last = last;
    this.keep();
    if (this.atEnd) this.seen();
  }

  // Nothing is new to who looks at the end while it comes; a line that is there stays until the channel is opened again.
  isWatched() {
    return this.last !== undefined && this.atEnd && document.hasFocus() && !this.rows.querySelector(".unread-line");
  }

  // Where the line stands: above the first message of somebody else that came after the mark.
  firstNew(all) {
    return this.mark ? all.find((message) => message.ts > this.mark && message.user !== me() && !message.is_ephemeral)?.ts : null;
  }

  // What one reads stays where it is while rows above it come and go.
  holding(draw) {
    const held = this.atEnd ? null : this.topmost();
    const before = held?.getBoundingClientRect().top;
    draw();
    if (held?.isConnected) this.scroller.scrollTop += held.getBoundingClientRect().top - before;
  }

  topmost() {
    const edge = this.scroller.getBoundingClientRect().top;
    return [...this.rows.children].find((row) => row.dataset.ts && row.getBoundingClientRect().bottom > edge);
  }

  entries(all, first, end) {
    const entries = [];
    const firstNew = this.firstNew(all);
    for (let index = first; index < end; index += 1) {
      const message = all[index];
      const before = index > first ? all[index - 1] : null;
      const newDay = !before || dayKey(before.ts) !== dayKey(message.ts);
      const unreadStart = message.ts === firstNew;
      if (newDay && !this.inThread) entries.push(dayLine(message.ts));
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
    return { key: message.ts, version: [message, compact, root, store.users.get(message.user)], make: () => messageRow(message, how), update: (row) => updateMessageRow(row, message, how) };
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    this.atEnd = below < NEAR && this.window.isAtEnd;
    if (this.atEnd) {
      this.pill.hidden = true;
      this.seen();
    }
    const all = this.messages();
    if ((scrollTop < AHEAD && this.window.older(all)) || (below < AHEAD && this.window.newer(all))) this.drawNow();
  }

  keep() {
    if (this.atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  toEnd() {
    const moved = !this.window.isAtEnd;
    this.window.toEnd();
    this.atEnd = true;
    this.pill.hidden = true;
    if (moved) this.drawNow();
    this.keep();
    this.seen();
  }
}

function dayLine(ts) {
  return { key: `day ${dayKey(ts)}`, version: [dayName(ts)], make: () => h("li", { class: "day", role: "separator" }, h("span", {}, dayName(ts))) };
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
  if (isNotice(before) || isNotice(message)) return false;
  return Number.parseFloat(message.ts) - Number.parseFloat(before.ts) < TOGETHER_SECONDS;
}

/** Slack's own line about somebody, for example that they have joined the channel. */
function isNotice(message) {
  return /^(channel|group)_/.test(message.subtype ?? "");
}
