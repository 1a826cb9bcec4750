// The left side: the workspace, threads and activity, channels, people, the app, and who I am.

import { coalesced, fill, h } from "../dom.js";
import { appName, directWith, directs, mine, partnerOf, titleOf } from "../conversations.js";
import { icon } from "../icons.js";
import { notificationsOf, followedThreads, isUnseen, unread } from "../reads.js";
import { current as address, href } from "../route.js";
import { store } from "../store.js";
import { isDark, toggleTheme } from "../theme.js";
import { avatar } from "./avatar.js";
import { badges } from "./profile.js";
import { whoAmI } from "./switcher.js";

/** `current()` gives the id of the open channel; `openDeliveries` and `openSwitcher` open what they say. */
export class Sidebar {
  constructor({ current, openDeliveries, openJump }) {
    Object.assign(this, { current, openDeliveries, openJump });
    this.node = h("nav", { class: "sidebar", "aria-label": "Workspace", id: "sidebar" });
    this.draw = coalesced(() => this.drawNow());
    store.on(["loaded", "message", "channel", "user", "me", "read", "notification", "follow"], () => this.draw());
    addEventListener("hashchange", () => this.draw());
  }

  drawNow() {
    const channels = mine().filter((channel) => !channel.is_im).sort((left, right) => left.name.localeCompare(right.name));
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    const scrolled = this.node.querySelector(".sidebar-lists")?.scrollTop ?? 0;
    const lists = h("div", { class: "sidebar-lists" },
      h("ul", { class: "sidebar-section", role: "list" }, this.threads(), this.activity()),
      list("Channels", channels.map((channel) => this.entry(channel, icon(channel.is_private ? "lock" : "hash")))),
      list("Direct messages", directs().map((channel) => this.entry(channel, avatar(partnerOf(channel), "tiny")))),
      list("Apps", this.apps()));
    fill(this.node, this.head(), lists, whoAmI());
    lists.scrollTop = scrolled;
    if (focused) this.node.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus();
  }

  head() {
    const other = isDark() ? "light" : "dark";
    const theme = tool("theme", `Use the ${other} theme`, isDark() ? "sun" : "moon", () => {
      toggleTheme();
      this.draw();
    });
    const deliveries = tool("deliveries", "Deliveries and calls", "pulse", this.openDeliveries);
    const jump = tool("jump", "Jump to… (Ctrl+K)", "search", this.openJump);
    return h("div", { class: "sidebar-head" }, h("div", { class: "sidebar-team" }, store.team.name || "Sandbox"), jump, deliveries, theme);
  }

  threads() {
    const threads = followedThreads();
    const news = notificationsOf().filter((notification) => notification.thread_ts && notification.thread_ts !== notification.ts && isUnseen(notification)).length;
    return this.view("threads", "Threads", "threads", threads.some((thread) => thread.isNew), news);
  }

  activity() {
    const count = notificationsOf().filter(isUnseen).length;
    return this.view("activity", "Activity", "bell", count > 0, count);
  }

  view(name, label, sign, isNew, count) {
    return line({ address: `#/${name}`, keep: name, lead: icon(sign), label, isNew, count, isOpen: address().view === name });
  }

  // The direct message with the app exists once somebody has written into it; before, its name leads there all the same.
  apps() {
    const { bot_user_id: botUserId } = store.app;
    return botUserId ? [this.entry(directWith(botUserId), avatar(botUserId, "tiny"), appName())] : [];
  }

  entry(channel, lead) {
    const label = channel.is_im ? titleOf(channel) : channel.name;
    const isOpen = this.current() === channel.id && !address().view;
    const badge = channel.is_im ? badges(partnerOf(channel)) : null;
    return line({ address: href(channel.id), keep: channel.id, lead, label, ...unread(channel.id), isOpen, badge });
  }
}

function line({ address: target, keep, lead, label, isNew, count, isOpen, badge = null }) {
  const waiting = count && !isOpen ? h("span", { class: "badge", "aria-label": `${count} new for you` }, count) : null;
  return h("li", {}, h("a", {
    class: `sidebar-entry${isNew && !isOpen ? " is-unread" : ""}`, href: target, "data-keep": keep, "data-channel": keep, "aria-current": isOpen ? "page" : null,
  }, lead, h("span", { class: "sidebar-name" }, label), isNew && !isOpen && h("span", { class: "visually-hidden" }, " (unread)"), badge, waiting));
}

function tool(keep, label, sign, onclick) {
  return h("button", { class: "sidebar-tool", type: "button", "data-keep": keep, "aria-label": label, title: label, onclick }, icon(sign));
}

function list(title, entries) {
  return entries.length ? h("section", { class: "sidebar-section", "aria-label": title }, h("h2", {}, title), h("ul", { role: "list" }, entries)) : null;
}
