// The whole page: sidebar, channel, thread, modals. It follows the address and who I am.

import { h } from "../dom.js";
import { me } from "../identity.js";
import { isPopoverOpen } from "../elements/popover.js";
import { channelOf, current, go } from "../route.js";
import { store } from "../store.js";
import { recall, remember } from "../storage.js";
import { ModalStack } from "../modals/modal_stack.js";
import { Activity } from "./activity.js";
import { ChannelPane } from "./channel_pane.js";
import { Sidebar } from "./sidebar.js";
import { ThreadPane } from "./thread_pane.js";

/** The page below `root`. */
export class Shell {
  constructor(root) {
    this.root = root;
    this.activity = new Activity();
    this.sidebar = new Sidebar({ current: () => this.channel?.channel.id, openActivity: () => this.activity.open() });
    this.modals = new ModalStack();
    this.lost = h("div", { class: "connection", role: "status", hidden: true }, "The sandbox does not answer. Trying again…");
    this.cover = h("div", { class: "sidebar-cover", onclick: () => this.showSidebar(false) });
    this.sidebar.node.addEventListener("click", (event) => event.target.closest("a") && this.showSidebar(false));
    root.replaceChildren(this.lost, this.sidebar.node, this.cover);
    addEventListener("hashchange", () => this.navigate());
    addEventListener("focus", () => this.channel?.list.drawNow());
    document.addEventListener("keydown", (event) => this.key(event));
    store.on(["loaded", "me"], () => this.restart());
    store.on(["channel"], () => this.navigate());
    store.on(["connection"], ({ connected }) => {
      this.lost.hidden = connected;
    });
  }

  // Everything that depends on who I am is drawn anew.
  restart() {
    this.drop("channel");
    this.drop("thread");
    this.sidebar.draw();
    this.navigate();
  }

  navigate() {
    const address = current();
    const channel = this.wanted(address);
    if (!channel) return;
    this.showSidebar(false);
    if (this.channel?.channel.id !== channel.id || address.message) this.openChannel(channel, address.message);
    if (this.thread?.ts !== address.thread) this.openThread(channel, address.thread);
    this.sidebar.draw();
    remember("channel", channel.id);
  }

  // Without an address, or with one I cannot open: where I was, else the first channel I am in.
  wanted(address) {
    const mine = [...store.channels.values()].filter((channel) => channel.members?.includes(me()));
    const named = channelOf(address);
    if (named && mine.includes(named)) return named;
    const app = store.app.bot_user_id;
    if (address.channel && (address.channel === app || named?.is_im)) return mine.find((channel) => channel.is_im) ?? { id: app, is_im: true, members: [me(), app] };
    const last = mine.find((channel) => channel.id === recall("channel", null));
    const fallback = last ?? mine.find((channel) => !channel.is_im) ?? mine[0];
    if (fallback && address.channel !== fallback.name) go(fallback.id);
    return fallback;
  }

  openChannel(channel, wanted) {
    this.drop("channel");
    this.drop("thread");
    this.channel = new ChannelPane(channel, { openSidebar: () => this.showSidebar(true), wanted });
    this.root.append(this.channel.node);
    this.channel.start();
    if (matchMedia("(hover: hover)").matches && !this.modals.isOpen) this.channel.composer.text.focus();
  }

  openThread(channel, ts) {
    this.drop("thread");
    this.root.classList.toggle("with-thread", Boolean(ts));
    if (!ts) return;
    this.thread = new ThreadPane(channel, ts);
    this.root.append(this.thread.node);
    this.thread.start();
    if (matchMedia("(hover: hover)").matches && !this.modals.isOpen) this.thread.composer.text.focus();
  }

  drop(name) {
    this[name]?.stop();
    this[name]?.node.remove();
    this[name] = null;
    if (name === "thread") this.root.classList.remove("with-thread");
  }

  showSidebar(open) {
    this.root.classList.toggle("with-sidebar", open);
    if (open) this.sidebar.node.querySelector("a, button")?.focus();
  }

  key(event) {
    if (isPopoverOpen() || document.querySelector("dialog[open]")) return;
    if (isWriting(event)) (this.thread ?? this.channel)?.composer.text.focus();
    if (event.key !== "Escape") return;
    if (this.root.classList.contains("with-sidebar")) this.showSidebar(false);
    else if (this.thread) go(this.channel.channel.id);
  }
}

// A letter that is typed into nothing is meant for the box to write in.
function isWriting(event) {
  const isLetter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  return isLetter && !event.target.closest("input, textarea, select, [role=combobox], [role=menu]");
}
