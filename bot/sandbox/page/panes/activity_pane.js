// Activity: what would have buzzed me, and why, the latest first.

import { titleOf } from "../conversations.js";
import { coalesced, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { isInChannel, isUnseen, markRead, notificationsOf } from "../reads.js";
import { href, messageHref } from "../route.js";
import { store } from "../store.js";
import { ago, fullTimeOf, momentOf } from "../text/dates.js";
import { avatar } from "./avatar.js";
import { authorOf, summaryOf } from "./message.js";
import { fillHead } from "./pane_head.js";

const SHOWN = 100;
const WHY = {
  direct_message: () => "Direct message",
  mention: (where) => `Mentioned you in ${where}`,
  group_mention: (where) => `Mentioned a group of yours in ${where}`,
  broadcast: (where) => `Mentioned everybody in ${where}`,
  thread: (where) => `Replied in a thread you follow in ${where}`,
};

/** The list; made anew for another person. */
export class ActivityPane {
  constructor({ openSidebar }) {
    this.view = "activity";
    this.head = h("header", { class: "pane-head" });
    this.rows = h("ul", { class: "activity-list", role: "list" });
    this.node = h("main", { class: "channel-pane", "aria-label": "Activity" }, this.head, h("div", { class: "pane-scroller", tabindex: "0", role: "region", "aria-label": "Notifications" }, this.rows));
    this.draw = coalesced(() => this.drawNow());
    this.off = store.on(["notification", "read", "message", "user"], () => this.draw());
    this.all = h("button", { class: "button", type: "button", onclick: readAll }, "Mark all as read");
    fillHead(this.head, openSidebar, "Activity", this.all);
  }

  start() {
    this.drawNow();
  }

  stop() {
    this.off();
  }

  drawNow() {
    const shown = notificationsOf().filter(({ channel, ts }) => store.message(channel, ts)).slice(0, SHOWN);
    this.all.disabled = !notificationsOf().some(isUnseen);
    fill(this.rows, shown.length ? shown.map(row) : h("li", { class: "empty" }, "Nothing has notified you yet. Mentions, direct messages and replies in threads you follow come here."));
  }
}

function row(notification) {
  const { channel: channelId, ts, thread_ts: threadTs, reason } = notification;
  const message = store.message(channelId, ts);
  const channel = store.channels.get(channelId);
  const isNew = isUnseen(notification);
  const target = isInChannel(message) ? messageHref(channelId, ts) : href(channelId, threadTs);
  return h("li", {}, h("a", { class: `activity-entry${isNew ? " is-new" : ""}`, href: target, "data-reason": reason },
    avatar(message.user),
    h("span", { class: "activity-words" },
      h("span", { class: "activity-why" }, WHY[reason]?.(channel ? titleOf(channel) : "a channel") ?? reason, isNew && h("span", { class: "visually-hidden" }, " (new)")),
      h("span", { class: "activity-text" }, h("strong", {}, authorOf(message)), " ", summaryOf(message))),
    h("time", { class: "message-time", title: fullTimeOf(ts) }, ago(momentOf(ts))),
    isNew ? h("span", { class: "dot", "aria-hidden": "true" }) : icon("check", "icon seen-sign")));
}

function readAll() {
  for (const notification of notificationsOf().filter(isUnseen)) {
    const message = store.message(notification.channel, notification.ts);
    markRead(notification.channel, isInChannel(message) ? null : notification.thread_ts);
  }
}
