// The middle: one channel's head, its messages, and the box to write in.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { me } from "../identity.js";
import { isInChannel, isVisible, markRead, readMark } from "../reads.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";
import { avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { MessageList } from "./message_list.js";
import { appName } from "./sidebar.js";

/** One open channel. It is made anew for another channel or another person. */
export class ChannelPane {
  constructor(channel, { openSidebar, wanted }) {
    Object.assign(this, { channel, openSidebar });
    this.head = h("header", { class: "pane-head" });
    this.list = new MessageList({
      label: `Messages in ${titleOf(channel)}`, intro: () => this.intro(), seen: () => document.hasFocus() && markRead(channel.id),
      messages: () => store.messages(channel.id).filter((message) => isVisible(message) && isInChannel(message)),
    });
    this.composer = new Composer(() => ({ key: `${me()} ${channel.id}`, channel: channel.id, name: titleOf(channel), thread: null }));
    this.node = h("main", { class: "channel-pane", "aria-label": titleOf(channel) }, this.head, this.list.node, this.composer.node);
    this.wanted = wanted;
    this.off = store.on(["message", "channel", "user"], (change) => this.changed(change));
    this.drawHead();
  }

  /** Call once it is on the page. */
  start() {
    this.list.start(readMark(this.channel.id), this.wanted);
    markRead(this.channel.id);
  }

  stop() {
    this.composer.retarget();
    this.list.stop();
    this.off();
  }

  changed({ message, channel }) {
    if (message && message.channel !== this.channel.id) return;
    if (channel?.id === this.channel.id) this.channel = channel;
    if (!message) this.drawHead();
    this.list.draw();
  }

  drawHead() {
    const { channel } = this;
    const topic = typeof channel.topic === "string" ? channel.topic : channel.topic?.value;
    const sign = channel.is_im ? avatar(store.app.bot_user_id, "small") : icon(channel.is_private ? "lock" : "hash", "icon head-sign");
    fill(this.head,
      h("button", { class: "icon-button menu-button", type: "button", "aria-label": "Open the sidebar", "aria-controls": "sidebar", onclick: this.openSidebar }, icon("menu")),
      h("h1", { class: "pane-title" }, sign, h("span", {}, channel.is_im ? appName() : channel.name)),
      topic && h("p", { class: "pane-topic", title: topic }, topic),
      channel.is_im ? null : this.members());
  }

  members() {
    const members = this.channel.members ?? [];
    const names = members.map(nameOf).join(", ");
    return h("span", { class: "members", title: names, "aria-label": `${members.length} members: ${names}` }, icon("people"), h("span", { "aria-hidden": "true" }, members.length));
  }

  intro() {
    const { channel } = this;
    const words = channel.is_im ? `This is the beginning of your conversation with ${appName()}.` : `This is the beginning of #${channel.name}.`;
    const [first] = store.commands;
    const way = first && h("p", {}, "Type ", h("code", {}, `${first.command} help`), " below to see what the app can do.");
    return h("div", { class: "intro" }, h("h2", {}, titleOf(channel)), h("p", {}, words), way);
  }
}

/** `#deployments`, or the app's name for its direct messages. */
export function titleOf(channel) {
  return channel.is_im ? appName() : `#${channel.name}`;
}
