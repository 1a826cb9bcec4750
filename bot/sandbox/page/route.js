// Addresses within the page: #/channel/<name or id>, …/thread/<ts>, …/message/<ts>.

import { store } from "./store.js";

/** The address as `{channel, thread, message}`; what is not in it is null. */
export function current() {
  const [, kind, name, part, ts] = location.hash.split("/").map(decode);
  if (kind !== "channel" || !name) return { channel: null, thread: null, message: null };
  return { channel: name, thread: part === "thread" ? ts || null : null, message: part === "message" ? ts || null : null };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a channel, or of a thread in it. */
export function href(channelId, threadTs = null) {
  const channel = store.channels.get(channelId);
  const name = channel && !channel.is_im ? channel.name : channelId;
  const base = `#/channel/${encodeURIComponent(name)}`;
  return threadTs ? `${base}/thread/${threadTs}` : base;
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
