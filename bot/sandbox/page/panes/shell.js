// The whole page: sidebar, channel or list, thread, modals. It follows the address and who I am.

import { directWith, isWithApp, mine } from "../conversations.js";
import { h } from "../dom.js";
import { isPopoverOpen } from "../elements/popover.js";
import { me } from "../identity.js";
import { ModalStack } from "../modals/modal_stack.js";
import { channelOf, current, go } from "../route.js";
import { recall, remember } from "../storage.js";
import { store } from "../store.js";
import { ActivityPane } from "./activity_pane.js";
import { ChannelPane } from "./channel_pane.js";
import { Deliveries } from "./deliveries.js";
import { Jump } from "./jump.js";
import { tell } from "./notices.js";
import { Sidebar } from "./sidebar.js";
import { ThreadPane } from "./thread_pane.js";
import { ThreadsPane } from "./threads_pane.js";

const VIEWS = { threads: ThreadsPane, activity: ActivityPane };

/** The page below `root`. */
export class Shell {
  constructor(root) {
    this.root = root;
    this.deliveries = new Deliveries();
    this.jump = new Jump();
    this.sidebar = new Sidebar({ current: () => this.channel?.channel?.id, openDeliveries: () => this.deliveries.open(), openJump: () => this.jump.open() });
    this.modals = new ModalStack();
    this.lost = h("div", { class: "connection", role: "status", hidden: true }, "The sandbox does not answer. Trying again…");
    this.cover = h("div", { class: "sidebar-cover", onclick: () => this.showSidebar(false) });
    this.sidebar.node.addEventListener("click", (event) => event.target.closest("a") && this.showSidebar(false));
    root.replaceChildren(this.lost, this.sidebar.node, this.cover);
    addEventListener("hashchange", () => this.navigate());
    addEventListener("focus", () => this.refocus());
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

  // What came while the window was in the background has been seen now.
  refocus() {
    this.channel?.list?.drawNow();
    this.thread?.list.drawNow();
  }

  navigate() {
    const address = current();
    this.showSidebar(false);
    if (address.view) this.openView(address.view);
    else this.toChannel(address);
    this.sidebar.draw();
  }

  toChannel(address) {
    const channel = this.wanted(address);
    if (!channel) return;
    if (this.channel?.channel?.id !== channel.id || address.message) this.openChannel(channel, address);
    this.channel.showTab(address.tab);
    if (this.thread?.ts !== (address.thread ?? undefined)) this.openThread(channel, address.thread);
    remember("channel", channel.id);
  }

  // Without an address, or with one I cannot open: where I was, else the first channel I am in.
  wanted(address) {
    const all = mine();
    const named = channelOf(address);
    if (named && all.includes(named)) return named;
    // The address of somebody else's talk with the app means mine, and a person means the talk with them.
    if (named && isWithApp(named)) return directWith(store.app.bot_user_id);
    if (store.users.has(address.channel)) return directWith(address.channel);
    // Not while one reads: a channel that is open may get another name.
    if (address.channel && !named && !this.channel) tell(`There is nothing called ${address.channel} here.`);
    const last = all.find((channel) => channel.id === recall("channel", null));
    const fallback = last ?? all.find((channel) => !channel.is_im) ?? directWith(store.app.bot_user_id);
    if (![fallback.name, fallback.id].includes(address.channel)) go(fallback.id);
    return fallback;
  }

  openChannel(channel, address) {
    this.drop("channel");
    this.drop("thread");
    this.put(new ChannelPane(channel, { openSidebar: () => this.showSidebar(true), wanted: address.message }));
    if (matchMedia("(hover: hover)").matches && !this.modals.isOpen && !address.thread && !address.tab) this.channel.composer.text.focus();
  }

  openView(name) {
    if (this.channel?.view === name) return;
    this.drop("channel");
    this.drop("thread");
    this.put(new VIEWS[name]({ openSidebar: () => this.showSidebar(true) }));
  }

  put(pane) {
    this.channel = pane;
    this.root.append(pane.node);
    pane.start();
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
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !this.modals.isOpen) {
      event.preventDefault();
      this.jump.open();
    }
    if (isPopoverOpen() || document.querySelector("dialog[open]")) return;
    if (isWriting(event)) (this.thread ?? this.channel)?.composer?.text.focus();
    if (event.key === "F6") this.goRound(event);
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) this.step(event);
    if (event.key !== "Escape") return;
    if (this.root.classList.contains("with-sidebar")) this.showSidebar(false);
    else if (this.thread) this.closeThread();
    else if (event.target.closest(".message-list")) this.channel?.composer?.text.focus();
  }

  // The focus goes back to the message whose thread it was. It is gone at once: the address changes a moment later, and the
  // next Escape may come before.
  closeThread() {
    const { ts } = this.thread;
    go(this.channel.channel.id);
    this.drop("thread");
    this.channel.node.querySelector(`.message[data-ts="${CSS.escape(ts)}"]`)?.focus({ preventScroll: true });
  }

  // F6: the sidebar, the messages, the box, the thread and its box, and from the start again.
  goRound(event) {
    event.preventDefault();
    const lists = [this.channel, this.thread].filter((pane) => pane?.list);
    const stops = [this.sidebar.node.querySelector("[aria-current]"), ...lists.flatMap((pane) => [pane.list.latest(), pane.composer.text])].filter(Boolean);
    const regions = stops.map((stop) => stop.closest(".sidebar, .message-list, .composer"));
    const here = regions.findIndex((region) => region.contains(document.activeElement));
    const step = event.shiftKey ? stops.length - 1 : 1;
    stops[(Math.max(here, 0) + step) % stops.length]?.focus();
  }

  // Alt and an arrow: the next place in the sidebar.
  step(event) {
    event.preventDefault();
    // It is drawn at the next frame; who presses twice meanwhile means the place where they are now.
    this.sidebar.drawNow();
    const entries = [...this.sidebar.node.querySelectorAll("a.sidebar-entry")];
    const here = entries.findIndex((entry) => entry.hasAttribute("aria-current"));
    entries[here + (event.key === "ArrowUp" ? -1 : 1)]?.click();
  }
}

// A letter that is typed into nothing is meant for the box to write in.
function isWriting(event) {
  const isLetter = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  return isLetter && !event.target.closest("input, textarea, select, [contenteditable], [role=combobox], [role=menu]");
}
