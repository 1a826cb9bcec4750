// Addresses within the page: #/channel/<name or id>, …/thread/<ts>, …/message/<ts>, …/tab/<name>; #/threads; #/activity.

import { store } from "./store.js";

const VIEWS = ["threads", "activity"];
const NOWHERE = { view: null, channel: null, thread: null, message: null, tab: null };

/** The address as `{view, channel, thread, message, tab}`; what is not in it is null. */
export function current() {
  const [, kind, name, part, value] = location.hash.split("/").map(decode);
  if (VIEWS.includes(kind)) return { ...NOWHERE, view: kind };
  if (kind !== "channel" || !name) return NOWHERE;
  const named = ["thread", "message", "tab"].includes(part) && value ? { [part]: value } : {};
  return { ...NOWHERE, channel: name, ...named };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a channel (or of a person, for the direct message with them), or of a thread in it. */
export function href(channelId, threadTs = null) {
  const base = `#/channel/${encodeURIComponent(nameInAddress(channelId))}`;
  return threadTs ? `${base}/thread/${threadTs}` : base;
}

/** The address of one message in a channel. */
export function messageHref(channelId, ts) {
  return `${href(channelId)}/message/${ts}`;
}

/** The address of a tab of the app's place. */
export function tabHref(channelId, tab) {
  return `${href(channelId)}/tab/${tab}`;
}

function nameInAddress(channelId) {
  const channel = store.channels.get(channelId);
  return channel && !channel.is_im ? channel.name : channelId;
}

/** The address for a permalink (/archives/C…/p…?thread_ts=…), or null when it is none. */
export function fromPermalink(pathname, search) {
  const found = /^\/archives\/(\w+)(?:\/p(\d+)(\d{6}))?$/.exec(pathname);
  if (!found) return null;
  const [, channel, seconds, micros] = found;
  const thread = new URLSearchParams(search).get("thread_ts");
  if (thread) return `#/channel/${channel}/thread/${thread}`;
  return seconds ? `#/channel/${channel}/message/${seconds}.${micros}` : `#/channel/${channel}`;
}

/** Go there. */
export function go(channelId, threadTs = null) {
  location.hash = href(channelId, threadTs);
}

/** The channel that the address names, or null. */
export function channelOf(address) {
  if (!address.channel) return null;
  const byId = store.channels.get(address.channel);
  return byId ?? [...store.channels.values()].find((channel) => !channel.is_im && channel.name === address.channel) ?? null;
}
