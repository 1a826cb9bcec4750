// The middle: one channel's head, its messages, and the box to write in; for the app also its Home.

import { appName, isWithApp, partnerOf, titleOf } from "../conversations.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { me } from "../identity.js";
import { isInChannel, isVisible, markRead, readMark } from "../reads.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";
import { AppTabs } from "./app_tabs.js";
import { avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { MessageList } from "./message_list.js";
import { fillHead } from "./pane_head.js";
import { badges, openProfile } from "./profile.js";

/** One open channel. It is made anew for another channel or another person. */
export class ChannelPane {
  constructor(channel, { openSidebar, wanted }) {
    Object.assign(this, { channel, openSidebar, wanted });
    this.head = h("header", { class: "pane-head" });
    this.list = new MessageList({
      label: `Messages in ${titleOf(channel)}`, intro: () => this.intro(), seen: () => this.seen(),
      messages: () => store.messages(channel.id).filter((message) => isVisible(message) && isInChannel(message)),
    });
    this.composer = new Composer(() => ({ key: `${me()} ${channel.id}`, channel: channel.id, name: titleOf(channel), thread: null }));
    this.messages = h("div", { class: "pane-messages" }, this.list.node, this.composer.node);
    this.composer.catchFiles(this.messages);
    this.tabs = isWithApp(channel) ? new AppTabs(channel, this.messages) : null;
    this.node = h("main", { class: "channel-pane", "aria-label": titleOf(channel) }, this.head, this.tabs?.bar, this.messages, this.tabs?.page);
    this.off = store.on(["message", "channel", "user"], (change) => this.changed(change));
    this.drawHead();
  }

  /** Call once it is on the page. */
  start() {
    this.list.start(readMark(this.channel.id), this.wanted);
  }

  stop() {
    this.composer.retarget();
    this.list.stop();
    this.tabs?.stop();
    this.off();
  }

  /** Show a tab of the app's place; without a name its messages. */
  showTab(name) {
    this.tabs?.show(name);
  }

  seen() {
    if (document.hasFocus() && !this.messages.hidden) markRead(this.channel.id);
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
    const sign = channel.is_im ? avatar(partnerOf(channel), "small") : icon(channel.is_private ? "lock" : "hash", "icon head-sign");
    const name = channel.is_im ? h("button", { type: "button", class: "head-name", onclick: (event) => openProfile(event.currentTarget, partnerOf(channel)) }, titleOf(channel)) : h("span", {}, channel.name);
    fillHead(this.head, this.openSidebar, [sign, name, channel.is_im && badges(partnerOf(channel))],
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
    const words = channel.is_im ? `This is the beginning of your conversation with ${titleOf(channel)}.` : `This is the beginning of #${channel.name}.`;
    const [first] = store.commands;
    const way = first && (!channel.is_im || isWithApp(channel)) && h("p", {}, "Type ", h("code", {}, `${first.command} help`), ` below to see what ${appName()} can do.`);
    return h("div", { class: "intro" }, h("h2", {}, titleOf(channel)), h("p", {}, words), way);
  }
}
