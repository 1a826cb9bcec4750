// The left side: the workspace, its channels, the app, and who I am.

import { coalesced, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { me } from "../identity.js";
import { unread } from "../reads.js";
import { href } from "../route.js";
import { store } from "../store.js";
import { isDark, toggleTheme } from "../theme.js";
import { avatar } from "./avatar.js";
import { whoAmI } from "./switcher.js";

/** `current()` gives the id of the open channel; `openActivity` opens the drawer of calls. */
export class Sidebar {
  constructor({ current, openActivity }) {
    Object.assign(this, { current, openActivity });
    this.node = h("nav", { class: "sidebar", "aria-label": "Workspace", id: "sidebar" });
    this.draw = coalesced(() => this.drawNow());
    store.on(["loaded", "message", "channel", "user", "me", "read"], () => this.draw());
    addEventListener("hashchange", () => this.draw());
  }

  drawNow() {
    const mine = [...store.channels.values()].filter((channel) => channel.members?.includes(me()) && !channel.is_archived);
    const channels = mine.filter((channel) => !channel.is_im).sort((left, right) => left.name.localeCompare(right.name));
    const directs = mine.filter((channel) => channel.is_im);
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
    fill(this.node, this.head(),
      h("div", { class: "sidebar-lists" }, list("Channels", channels.map((channel) => this.entry(channel, icon(channel.is_private ? "lock" : "hash"), channel.name))), list("Apps", this.apps(directs))),
      whoAmI());
    if (focused) this.node.querySelector(`[data-keep="${CSS.escape(focused)}"]`)?.focus();
  }

  head() {
    const other = isDark() ? "light" : "dark";
    const theme = h("button", { class: "sidebar-tool", type: "button", "data-keep": "theme", "aria-label": `Use the ${other} theme`, title: `Use the ${other} theme` }, icon(isDark() ? "sun" : "moon"));
    theme.addEventListener("click", () => {
      toggleTheme();
      this.draw();
    });
    const activity = h("button", { class: "sidebar-tool", type: "button", "data-keep": "activity", "aria-label": "Activity of the app", title: "Activity of the app", onclick: this.openActivity }, icon("pulse"));
    return h("div", { class: "sidebar-head" }, h("div", { class: "sidebar-team" }, store.team.name || "Sandbox"), activity, theme);
  }

  // The direct message with the app exists once somebody has written into it; before, its name leads there all the same.
  apps(directs) {
    if (directs.length) return directs.map((channel) => this.entry(channel, avatar(partnerOf(channel), "tiny"), appName()));
    const { bot_user_id: botUserId } = store.app;
    if (!botUserId) return [];
    return [this.entry({ id: botUserId, is_im: true }, avatar(botUserId, "tiny"), appName())];
  }

  entry(channel, lead, name) {
    const { isNew, count } = unread(channel.id);
    const isOpen = this.current() === channel.id;
    const badge = count && !isOpen ? h("span", { class: "badge", "aria-label": `${count} new for you` }, count) : null;
    return h("li", {}, h("a", {
      class: `sidebar-entry${isNew && !isOpen ? " is-unread" : ""}`, href: href(channel.id), "data-keep": channel.id, "data-channel": channel.id,
      "aria-current": isOpen ? "page" : null,
    }, lead, h("span", { class: "sidebar-name" }, name), isNew && !isOpen && h("span", { class: "visually-hidden" }, " (unread)"), badge));
  }
}

function list(title, entries) {
  return entries.length ? h("section", { class: "sidebar-section", "aria-label": title }, h("h2", {}, title), h("ul", { role: "list" }, entries)) : null;
}

function partnerOf(channel) {
  return channel.members.find((member) => store.users.get(member)?.is_bot) ?? store.app.bot_user_id;
}

/** What the app is called. */
export function appName() {
  return store.users.get(store.app.bot_user_id)?.real_name ?? store.app.name ?? "App";
}
