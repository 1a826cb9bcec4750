// Threads: those that I follow, the latest reply first, each with its beginning and its last replies.

import { titleOf } from "../conversations.js";
import { coalesced, fill, h } from "../dom.js";
import { followedThreads, markRead } from "../reads.js";
import { href } from "../route.js";
import { store } from "../store.js";
import { fillHead } from "./pane_head.js";
import { messageRow } from "./message.js";

const SHOWN = 20;
const REPLIES = 3;

/** The list; made anew for another person. */
export class ThreadsPane {
  constructor({ openSidebar }) {
    this.view = "threads";
    this.head = h("header", { class: "pane-head" });
    this.body = h("div", { class: "pane-scroller threads", tabindex: "0", role: "region", "aria-label": "Threads you follow" });
    this.node = h("main", { class: "channel-pane", "aria-label": "Threads" }, this.head, this.body);
    this.draw = coalesced(() => this.drawNow());
    this.off = store.on(["message", "read", "follow", "user"], () => this.draw());
    fillHead(this.head, openSidebar, "Threads");
    // What was new when it was first seen here stays marked as new while the list is open.
    this.fresh = new Set();
    this.seen = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => document.hasFocus() && markRead(target.dataset.channel, target.dataset.thread)), { root: this.body });
  }

  start() {
    this.drawNow();
  }

  stop() {
    this.seen.disconnect();
    this.off();
  }

  drawNow() {
    const threads = followedThreads().slice(0, SHOWN);
    for (const { root, isNew } of threads) if (isNew) this.fresh.add(root.ts);
    this.seen.disconnect();
    fill(this.body, threads.length ? threads.map((thread) => this.card(thread)) : h("p", { class: "empty" }, "You follow no thread yet. You do when you begin one, answer in one, or are mentioned in one."));
  }

  card(thread) {
    const node = card({ ...thread, isNew: this.fresh.has(thread.root.ts) });
    this.seen.observe(node.lastElementChild);
    return node;
  }
}

function card({ channelId, root, replies, isNew }) {
  const channel = store.channels.get(channelId);
  const target = href(channelId, root.ts);
  const older = replies.length - REPLIES;
  const rows = [root, ...replies.slice(-REPLIES)].map((message) => messageRow(message, { compact: false, inThread: true }));
  if (older > 0) rows.splice(1, 0, h("li", {}, h("a", { class: "more-replies", href: target }, `${older} more ${older === 1 ? "reply" : "replies"}`)));
  return h("section", { class: `thread-card${isNew ? " is-new" : ""}`, "aria-label": `Thread in ${titleOf(channel)}` },
    h("header", {}, h("a", { href: target }, titleOf(channel)), isNew && h("span", { class: "new-word" }, "New")),
    h("ol", { class: "message-rows", role: "list" }, rows),
    h("a", { class: "button open-thread", href: target, "data-channel": channelId, "data-thread": root.ts }, "Open the thread"));
}
