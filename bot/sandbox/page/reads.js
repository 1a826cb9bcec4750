// What each person has read, and what would have buzzed them: mentions, everybody-mentions, and direct messages.

import { me, people } from "./identity.js";
import { recall, remember } from "./storage.js";
import { store } from "./store.js";

// Edits notify nobody: whom a message mentions is settled when it is first seen.
const buzzes = new Map();

function key(userId) {
  return `read.${userId}`;
}

/** The `ts` up to which a person has read a channel; an empty string when they never looked. */
export function readMark(channelId, userId = me()) {
  return recall(key(userId), {})[channelId] ?? "";
}

/** Note that I have read this channel to its end. */
export function markRead(channelId) {
  const messages = store.messages(channelId);
  const last = messages[messages.length - 1]?.ts;
  if (!last || last <= readMark(channelId)) return;
  remember(key(me()), { ...recall(key(me()), {}), [channelId]: last });
  store.emit("read", { channelId });
}

/** Whether this message is in the channel itself (not only in a thread). */
export function isInChannel(message) {
  const reply = message.thread_ts && message.thread_ts !== message.ts;
  return !reply || message.subtype === "thread_broadcast";
}

/** Whether this person may see the message at all. */
export function isVisible(message, userId = me()) {
  return !message.visible_to || message.visible_to === userId;
}

/** How many messages would have buzzed this person, and whether anything is new, in one channel. */
export function unread(channelId, userId = me()) {
  const mark = readMark(channelId, userId);
  const channel = store.channels.get(channelId);
  const messages = store.messages(channelId);
  let isNew = false;
  let count = 0;
  for (let index = messages.length - 1; index >= 0 && messages[index].ts > mark; index -= 1) {
    const message = messages[index];
    if (message.user === userId || !isVisible(message, userId)) continue;
    if (isInChannel(message)) isNew = true;
    if (channel?.is_im ? isInChannel(message) : buzzed(message).has(userId)) count += 1;
  }
  return { isNew: isNew || count > 0, count };
}

/** The same over all channels of a person. */
export function unreadTotal(userId) {
  return [...store.channels.values()].filter((channel) => channel.members?.includes(userId)).reduce((sum, channel) => sum + unread(channel.id, userId).count, 0);
}

function buzzed(message) {
  const id = `${message.channel} ${message.ts}`;
  if (!buzzes.has(id)) buzzes.set(id, new Set(mentioned(message)));
  return buzzes.get(id);
}

function mentioned(message) {
  const words = JSON.stringify([message.text, message.blocks]);
  const everybody = /<!(channel|here|everyone)\b/.test(words) || words.includes('"type":"broadcast"');
  const named = (user) => words.includes(`<@${user.id}`) || words.includes(`"user_id":"${user.id}"`);
  return people().filter((user) => everybody || named(user)).map((user) => user.id);
}

store.on(["message"], ({ message, isNew }) => {
  if (isNew && message.user) buzzed(message);
});
