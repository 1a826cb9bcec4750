// The line below a message that leads to its thread.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { href } from "../route.js";
import { ago, momentOf } from "../text/dates.js";
import { avatar } from "./avatar.js";

/** How many replies and when the last one came; null when there are none. */
export function threadSummary(message) {
  const isParent = message.reply_count > 0 && (!message.thread_ts || message.thread_ts === message.ts);
  if (!isParent) return null;
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return h("a", { class: "thread-summary", href: href(message.channel, message.ts), "data-thread": message.ts },
    h("span", { class: "thread-people" }, (message.reply_users ?? []).slice(0, 4).map((user) => avatar(user, "tiny"))),
    h("span", { class: "thread-count" }, count),
    message.latest_reply && h("span", { class: "thread-last" }, `Last reply ${ago(momentOf(message.latest_reply))}`),
    icon("right", "icon thread-arrow"));
}
