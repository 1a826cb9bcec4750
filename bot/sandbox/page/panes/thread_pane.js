// The right side: one thread, with its own box to write in.

import { titleOf } from "../conversations.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { me } from "../identity.js";
import { isVisible, markRead, placeOf, readMark } from "../reads.js";
import { go } from "../route.js";
import { store } from "../store.js";
import { Composer } from "./composer.js";
import { MessageList } from "./message_list.js";

/** One open thread. It is made anew for another one. */
export class ThreadPane {
  constructor(channel, ts) {
    Object.assign(this, { channel, ts });
    this.list = new MessageList({
      label: "Messages of the thread", inThread: true, messages: () => this.messages(), seen: () => document.hasFocus() && markRead(channel.id, ts),
      intro: () => (this.messages().length ? null : h("p", { class: "empty" }, "This message is not here, or not any more.")),
    });
    this.composer = new Composer(() => ({ key: `${me()} ${channel.id} ${ts}`, channel: channel.id, name: titleOf(channel), thread: ts }));
    const close = h("button", { class: "icon-button", type: "button", "aria-label": "Close the thread", onclick: () => go(channel.id) }, icon("close"));
    const head = h("header", { class: "pane-head" }, h("h2", { class: "pane-title" }, "Thread", h("span", { class: "pane-subtitle" }, titleOf(channel))), close);
    this.node = h("aside", { class: "thread-pane", "aria-label": "Thread" }, head, this.list.node, this.composer.node);
    this.composer.catchFiles(this.node);
    this.off = store.on(["message", "user"], ({ message }) => {
      if (!message || message.channel === channel.id) this.list.draw();
    });
  }

  messages() {
    const own = (message) => message.ts === this.ts || message.thread_ts === this.ts;
    return store.messages(this.channel.id).filter((message) => own(message) && isVisible(message));
  }

  /** Call once it is on the page. */
  start() {
    this.list.start(readMark(placeOf(this.channel.id, this.ts)));
  }

  stop() {
    this.composer.retarget();
    this.list.stop();
    this.off();
  }
}
