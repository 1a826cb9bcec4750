// What one can do with a message: react, answer in its thread, and the menu with the app's shortcuts.

import { post, reason } from "../api.js";
import { fill, h } from "../dom.js";
import { openMenu } from "../elements/menu.js";
import { icon } from "../icons.js";
import { me } from "../identity.js";
import { isInChannel, markUnread, placeOf } from "../reads.js";
import { go, href } from "../route.js";
import { store } from "../store.js";
import { editMessage } from "./edit_dialog.js";
import { pickReaction } from "./reactions.js";
import { tell } from "./notices.js";

/** Make `node` show the tools of this message. */
export function drawTools(node, message, inThread) {
  if (message.is_ephemeral) {
    fill(node, h("button", { class: "tool", type: "button", onclick: () => store.drop(message.channel, message.ts) }, icon("close"), "Dismiss"));
    return;
  }
  if (message.subtype === "tombstone") {
    fill(node);
    return;
  }
  const react = h("button", { class: "tool", type: "button", "data-tool": "react", "aria-label": "Add a reaction", title: "Add a reaction", onclick: (event) => pickReaction(event.currentTarget, message) }, icon("smile"));
  const thread = inThread ? null : h("a", { class: "tool", "data-tool": "thread", href: href(message.channel, message.thread_ts ?? message.ts), "aria-label": "Reply in thread", title: "Reply in thread" }, icon("reply"), h("span", {}, "Reply"));
  const more = h("button", { class: "tool", type: "button", "data-tool": "more", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "More about this message", title: "More", onclick: (event) => openMore(event.currentTarget, message) }, icon("more"));
  fill(node, react, thread, more);
}

function openMore(anchor, { channel, ts }) {
  const message = store.message(channel, ts);
  if (message) openMenu(anchor, [...replying(message), reacting(anchor, message), ...shortcuts(message), ...own(message), ...following(message), ...reading(message), copying(message)], { label: "More about this message", side: "end" });
}

function replying(message) {
  if (!isInChannel(message)) return [];
  return [{ label: "Reply in thread", choose: () => go(message.channel, message.thread_ts ?? message.ts) }];
}

function reacting(anchor, message) {
  return { label: "Add a reaction…", choose: () => pickReaction(anchor, message) };
}

function shortcuts(message) {
  return store.shortcuts.filter((shortcut) => shortcut.type === "message").map((shortcut) => ({
    label: shortcut.name, detail: store.app.name, hooks: { "data-shortcut": shortcut.callback_id },
    choose: () => tellFailure(post("shortcuts", { callback_id: shortcut.callback_id, channel: message.channel, ts: message.ts })),
  }));
}

function own(message) {
  if (message.user !== me()) return [];
  return [
    { label: "Edit message", hooks: { "data-choice": "edit" }, choose: () => editMessage(message) },
    { label: "Delete message", hooks: { "data-choice": "delete" }, choose: () => tellFailure(post("deletions", { channel: message.channel, ts: message.ts })) },
  ];
}

function following(message) {
  const root = message.thread_ts ?? message.ts;
  const isFollowing = store.follows[placeOf(message.channel, root)]?.includes(me()) ?? message.user === me();
  const label = isFollowing ? "Turn off notifications for replies" : "Get notified about new replies";
  return [{ label, choose: () => tellFailure(post("follows", { channel: message.channel, thread_ts: root, is_following: !isFollowing })) }];
}

function reading(message) {
  return isInChannel(message) ? [{ label: "Mark as unread from here", choose: () => markUnread(message.channel, message.ts) }] : [];
}

function copying({ channel, ts, thread_ts: threadTs }) {
  const thread = threadTs && threadTs !== ts ? `?thread_ts=${threadTs}&cid=${channel}` : "";
  const link = `${location.origin}/archives/${channel}/p${ts.replace(".", "")}${thread}`;
  return { label: "Copy link", choose: () => navigator.clipboard?.writeText(link).then(() => tell("The link is copied."), () => tell(link)) };
}

async function tellFailure(answer) {
  const result = await answer;
  if (!result.ok) tell(result.message || reason(result.error), true);
}
