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
import { drawTools } from "./message_tools.js";
import { badges, openProfile } from "./profile.js";
import { reactionButtons } from "./reactions.js";
import { threadSummary } from "./thread_summary.js";

// From top to bottom; only those that have something to show are in the document.
const PARTS = ["head", "note", "text", "blocks", "attachments", "files", "reactions", "thread"];

/** The row of a message. `compact` leaves out who; `inThread` leaves out what leads to the thread. */
export function messageRow(message, how) {
  const row = h("li", { class: "message", tabindex: "-1", "data-ts": message.ts, "data-channel": message.channel });
  row.parts = {};
  row.gutter = h("div", { class: "message-gutter" });
  row.main = h("div", { class: "message-main" });
  row.tools = h("div", { class: "message-tools" });
  row.append(row.gutter, row.main, row.tools);
  updateMessageRow(row, message, how);
  return row;
}

/** Bring a row up to date. */
export function updateMessageRow(row, message, { compact, inThread }) {
  row.className = ["message", compact && "compact", message.is_ephemeral && "ephemeral", message.subtype === "tombstone" && "tombstone"].filter(Boolean).join(" ");
  row.setAttribute("aria-label", `${authorOf(message)}, ${timeOf(message.ts)}`);
  fill(row.gutter, compact ? time(message, bareTimeOf(message.ts)) : face(message));
  // The blocks of a person's message say what its text says.
  const blocks = message.client_msg_id ? [] : message.blocks ?? [];
  const attachments = message.attachments ?? [];
  const files = message.files ?? [];
  const surface = blocks.length || attachments.length ? new Surface(`${me()} ${message.channel} ${message.ts}`, { channel: message.channel, ts: message.ts }) : null;
  show(row, "head", compact ? null : head(message));
  show(row, "note", note(message, inThread));
  show(row, "text", blocks.length ? null : textOf(message));
  draw(row, "blocks", blocks.length, (part) => drawBlocks(part, blocks, surface));
  show(row, "attachments", attachments.map((attachment, index) => attachmentNode(attachment, surface, index)));
  draw(row, "files", files.length, (part) => drawFiles(part, files));
  show(row, "reactions", reactionButtons(message));
  show(row, "thread", inThread ? null : threadSummary(message));
  drawTools(row.tools, message, inThread);
  return true;
}

function show(row, name, children) {
  const there = [children].flat(Infinity).filter(Boolean);
  draw(row, name, there.length, (part) => fill(part, there));
}

function draw(row, name, isThere, fillPart) {
  const known = row.parts[name];
  if (!isThere) {
    known?.remove();
    delete row.parts[name];
    return;
  }
  const part = known ?? h("div", { class: `message-${name}` });
  if (!known) {
    const after = PARTS.slice(PARTS.indexOf(name) + 1).map((other) => row.parts[other]).find(Boolean);
    row.main.insertBefore(part, after ?? null);
    row.parts[name] = part;
  }
  fillPart(part);
}

/** Who wrote it, in words. */
export function authorOf(message) {
  return message.username || nameOf(message.user);
}

function face(message) {
  if (!store.users.has(message.user)) return avatar(message.user);
  return h("button", { class: "face", type: "button", tabindex: "-1", "aria-hidden": "true", onclick: (event) => openProfile(event.currentTarget, message.user) }, avatar(message.user));
}

function head(message) {
  const isApp = Boolean(message.bot_id || message.app_id);
  const known = store.users.has(message.user);
  const name = known
    ? h("button", { class: "message-author", type: "button", onclick: (event) => openProfile(event.currentTarget, message.user) }, authorOf(message))
    : h("span", { class: "message-author" }, authorOf(message));
  return [name, isApp && h("span", { class: "app-badge" }, "APP"), badges(message.user), time(message)];
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
  return h("div", { class: "plain-text" }, shown, message.edited && !message.bot_id ? h("span", { class: "edited", title: fullTimeOf(message.edited.ts) }, " (edited)") : null);
}
