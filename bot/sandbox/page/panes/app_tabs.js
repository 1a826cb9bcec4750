// The tabs of the app's place: Home, which the app publishes for each person, Messages, and About.

import { post, reason } from "../api.js";
import { drawBlocks } from "../blocks/block_list.js";
import { appName } from "../conversations.js";
import { fill, h } from "../dom.js";
import { Surface } from "../elements/surface.js";
import { me } from "../identity.js";
import { tabHref } from "../route.js";
import { store } from "../store.js";
import { avatar } from "./avatar.js";

const NAMES = { home: "Home", messages: "Messages", about: "About" };

/** The bar of tabs, and the page of those that are not `messages` (a node that is shown and hidden here). */
export class AppTabs {
  constructor(channel, messages) {
    Object.assign(this, { channel, messages });
    this.bar = h("nav", { class: "tabs", "aria-label": `${appName()}'s tabs` });
    this.blocks = h("div", { class: "home-blocks" });
    this.page = h("div", { class: "pane-scroller app-page", tabindex: "0", role: "region", hidden: true });
    this.off = store.on(["home"], ({ user }) => user === me() && this.name === "home" && this.drawHome());
  }

  stop() {
    this.off();
  }

  show(name) {
    const shown = name in NAMES ? name : "messages";
    fill(this.bar, Object.entries(NAMES).filter(([tab]) => tab !== "home" || store.app.has_home || store.homes[me()]).map(([tab, words]) => h("a", { class: "tab", href: tabHref(this.channel.id, tab), "aria-current": tab === shown ? "page" : null }, words)));
    this.messages.hidden = shown !== "messages";
    this.page.hidden = shown === "messages";
    this.page.setAttribute("aria-label", NAMES[shown]);
    if (this.name === shown) return;
    this.name = shown;
    if (shown === "home") this.openHome();
    if (shown === "about") fill(this.page, about());
  }

  // The app is told that I look, and what it published before is shown meanwhile.
  async openHome() {
    this.drawHome();
    const result = await post("homes", { channel: this.channel.id });
    if (result.error && !store.homes[me()]) fill(this.page, h("p", { class: "empty" }, reason(result.error)));
  }

  drawHome() {
    const view = store.homes[me()];
    if (!view) {
      fill(this.page, h("div", { class: "empty" }, h("p", {}, `${appName()} has published no Home for you.`)));
      return;
    }
    if (!this.page.contains(this.blocks)) fill(this.page, this.blocks);
    drawBlocks(this.blocks, view.blocks, new Surface(`${me()} ${view.id}`, { view_id: view.id }, view.state?.values ?? {}));
  }
}

function about() {
  const commands = store.commands.map(({ command, description, usage_hint: hint }) => [h("dt", {}, h("code", {}, command), hint && h("span", { class: "about-hint" }, ` ${hint}`)), h("dd", {}, description)]);
  const shortcuts = store.shortcuts.map(({ name, description, type }) => [h("dt", {}, name), h("dd", {}, description, h("span", { class: "about-hint" }, type === "message" ? " (in the menu of a message)" : " (in the + menu of the message box)"))]);
  return h("div", { class: "about" }, h("div", { class: "profile-head" }, avatar(store.app.bot_user_id), h("h2", {}, appName())),
    h("h3", {}, "Commands"), h("dl", {}, commands), shortcuts.length ? [h("h3", {}, "Shortcuts"), h("dl", {}, shortcuts)] : null);
}
