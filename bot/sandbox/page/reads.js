// What each person has read, and what notified them. The server keeps both; a mark that is set here counts at once.

import { post } from "./api.js";
import { me } from "./identity.js";
import { store } from "./store.js";

const PAUSE_MS = 400;
const unsent = new Map();
let timer = null;

/** How a mark names a channel, or a thread in it. */
export function placeOf(channelId, threadTs = null) {
  return threadTs ? `${channelId} ${threadTs}` : channelId;
}

/** The `ts` up to which a person has read a place; an empty string when they never looked. */
export function readMark(place, userId = me()) {
  return store.reads[userId]?.[place] ?? "";
}

/** Note that I have seen a channel, or a thread in it, to its end. */
export function markRead(channelId, threadTs = null) {
  const last = newest(channelId, threadTs);
  if (last && last > readMark(placeOf(channelId, threadTs))) setRead(channelId, threadTs, last);
}

/** Make a message of a channel, and what came after it, unread again. */
export function markUnread(channelId, ts) {
  const before = store.messages(channelId).filter((message) => message.ts < ts && isInChannel(message)).at(-1);
  setRead(channelId, null, before?.ts ?? "0.000000");
}

function setRead(channelId, threadTs, ts) {
  const place = placeOf(channelId, threadTs);
  store.take_read({ user: me(), place, ts });
  unsent.set(`${me()} ${place}`, { user: me(), channel: channelId, ts, ...(threadTs ? { thread_ts: threadTs } : {}) });
  timer ??= setTimeout(send, PAUSE_MS);
}

// Messages may come quickly; the last mark is the one that counts.
function send() {
  timer = null;
  for (const mark of unsent.values()) post("reads", mark);
  unsent.clear();
}

function newest(channelId, threadTs) {
  const messages = store.messages(channelId);
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (!message.is_ephemeral && (threadTs ? message.thread_ts === threadTs : isInChannel(message))) return message.ts;
  }
  return null;
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

/** The notifications of a person, newest first. */
export function notificationsOf(userId = me()) {
  return store.notifications.filter((notification) => notification.user === userId).reverse();
}

/** Whether the person has not seen what notified them; what was deleted needs no look any more. */
export function isUnseen(notification) {
  const message = store.message(notification.channel, notification.ts);
  if (!message) return false;
  return notification.ts > readMark(placeOf(notification.channel, isInChannel(message) ? null : notification.thread_ts), notification.user);
}

/** How many notifications of a channel itself a person has not seen, and whether anything is new in it. */
export function unread(channelId, userId = me()) {
  const count = notificationsOf(userId).filter((notification) => notification.channel === channelId && !isReply(notification) && isUnseen(notification)).length;
  return { isNew: count > 0 || hasNew(channelId, userId), count };
}

function isReply({ channel, ts }) {
  const message = store.message(channel, ts);
  return Boolean(message) && !isInChannel(message);
}

function hasNew(channelId, userId) {
  const mark = readMark(channelId, userId);
  const messages = store.messages(channelId);
  for (let index = messages.length - 1; index >= 0 && messages[index].ts > mark; index -= 1) {
    const message = messages[index];
    if (message.user !== userId && isVisible(message, userId) && isInChannel(message)) return true;
  }
  return false;
}

/** How many notifications a person has not seen, in all channels and threads. */
export function unreadTotal(userId = me()) {
  return notificationsOf(userId).filter(isUnseen).length;
}

/** The threads that I follow and that have replies, the latest first: `{channel, root, replies, isNew}`. */
export function followedThreads() {
  const threads = [];
  for (const [place, users] of Object.entries(store.follows)) {
    const [channelId, ts] = place.split(" ");
    const root = store.message(channelId, ts);
    if (!users.includes(me()) || !root || !store.channels.get(channelId)?.members?.includes(me())) continue;
    const replies = store.messages(channelId).filter((message) => message.thread_ts === ts && message.ts !== ts && !message.is_ephemeral);
    if (replies.length) threads.push({ channelId, root, replies, isNew: hasNewReplies(channelId, ts, replies) });
  }
  return threads.sort((left, right) => (left.replies.at(-1).ts < right.replies.at(-1).ts ? 1 : -1));
}

function hasNewReplies(channelId, ts, replies) {
  const mark = readMark(placeOf(channelId, ts));
  return replies.some((reply) => reply.ts > mark && reply.user !== me());
}
