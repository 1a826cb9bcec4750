// One message: who, when, what; brought up to date in place, so that an edit does not disturb what a person does in it.

import { fill, h } from "../dom.js";
import { drawBlocks } from "../blocks/block_list.js";
import { icon } from "../icons.js";
import { me } from "../identity.js";
import { href } from "../route.js";
import { store } from "../store.js";
import { Surface } from "../elements/surface.js";
import { bareTimeOf, fullTimeOf, timeOf } from "../text/dates.js";
import { nameOf } from "../text/mentions.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { attachmentNode } from "./attachment.js";
import { avatar } from "./avatar.js";
import { drawFiles } from "./files.js";
import { threadSummary } from "./thread_summary.js";

/** The row of a message. `compact` leaves out who; `inThread` leaves out what leads to the thread. */
export function messageRow(message, { compact, inThread }) {
  const parts = Object.fromEntries(["gutter", "head", "note", "text", "blocks", "attachments", "files", "reactions", "thread", "tools"].map((name) => [name, h("div", { class: `message-${name}` })]));
  const { gutter, tools, ...main } = parts;
  const row = h("li", { class: "message", "data-ts": message.ts, "data-channel": message.channel }, gutter, h("div", { class: "message-main" }, Object.values(main)), tools);
  row.parts = parts;
  updateMessageRow(row, message, { compact, inThread });
  return row;
}

/** Bring a row up to date. */
export function updateMessageRow(row, message, { compact, inThread }) {
  const { parts } = row;
  const surface = new Surface(`${me()} ${message.channel} ${message.ts}`, { channel: message.channel, ts: message.ts });
  row.className = ["message", compact && "compact", message.is_ephemeral && "ephemeral", message.subtype === "tombstone" && "tombstone"].filter(Boolean).join(" ");
  row.setAttribute("aria-label", `${authorOf(message)}, ${timeOf(message.ts)}`);
  fill(parts.gutter, compact ? time(message, bareTimeOf(message.ts)) : avatar(message.user));
  fill(parts.head, compact ? null : head(message));
  fill(parts.note, note(message, inThread));
  const blocks = message.blocks ?? [];
  fill(parts.text, blocks.length ? null : textOf(message));
  drawBlocks(parts.blocks, blocks, surface);
  fill(parts.attachments, (message.attachments ?? []).map((attachment, index) => attachmentNode(attachment, surface, index)));
  drawFiles(parts.files, message.files ?? []);
  fill(parts.reactions, (message.reactions ?? []).map(reaction));
  fill(parts.thread, inThread ? null : threadSummary(message));
  fill(parts.tools, tools(message, inThread));
  for (const part of Object.values(parts)) part.hidden = !part.hasChildNodes();
  return true;
}

/** Who wrote it, in words. */
export function authorOf(message) {
  return message.username || nameOf(message.user);
}

function head(message) {
  const isApp = Boolean(message.bot_id || message.app_id);
  return [h("span", { class: "message-author" }, authorOf(message)), isApp && h("span", { class: "app-badge" }, "APP"), time(message)];
}

function time(message, shown = timeOf(message.ts)) {
  return h("time", { class: "message-time", title: fullTimeOf(message.ts), datetime: new Date(Number.parseFloat(message.ts) * 1000).toISOString() }, shown);
}

function note(message, inThread) {
  if (message.is_ephemeral) return [icon("eye"), h("span", {}, "Only visible to you")];
  if (message.subtype !== "thread_broadcast") return null;
  if (inThread) return [icon("hash"), h("span", {}, "Also sent to the channel")];
  const root = store.message(message.channel, message.thread_ts) ?? message.root;
  return [icon("reply"), h("span", {}, "replied to a thread: "), h("a", { href: href(message.channel, message.thread_ts) }, summaryOf(root))];
}

/** The beginning of a message in words. */
export function summaryOf(message) {
  const holder = h("span", {}, mrkdwn(message?.text || "a message"));
  const words = holder.textContent.replace(/\s+/g, " ").trim();
  return words.length > 80 ? `${words.slice(0, 79)}…` : words || "a message";
}

function textOf(message) {
  if (!message.text) return null;
  const shown = message.mrkdwn === false ? [message.text] : mrkdwn(message.text);
  return h("div", { class: "plain-text" }, shown, message.edited && !message.bot_id ? h("span", { class: "edited" }, " (edited)") : null);
}

function reaction({ name, count, users }) {
  const mine = users?.includes(me());
  return h("span", { class: `reaction${mine ? " is-mine" : ""}`, title: (users ?? []).map(nameOf).join(", ") }, mrkdwn(`:${name}:`), ` ${count ?? users?.length ?? 1}`);
}

function tools(message, inThread) {
  if (message.is_ephemeral) return h("button", { class: "tool", type: "button", onclick: () => store.drop(message.channel, message.ts) }, icon("close"), "Dismiss");
  if (inThread || message.subtype === "tombstone") return null;
  return h("a", { class: "tool", href: href(message.channel, message.thread_ts ?? message.ts), "aria-label": "Reply in thread" }, icon("reply"), h("span", {}, "Reply"));
}
