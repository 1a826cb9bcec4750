// People, channels, groups and everybody, as they are named in texts.

import { h } from "../dom.js";
import { me } from "../identity.js";
import { href } from "../route.js";
import { store } from "../store.js";

/** What a person is called. */
export function nameOf(userId) {
  if (userId === "USLACKBOT") return "Slackbot";
  const user = store.users.get(userId);
  return user?.profile?.display_name || user?.real_name || user?.name || userId || "someone";
}

/** `@name` of a person; marked when it is me. */
export function userMention(userId) {
  const known = store.users.has(userId);
  const mine = userId === me() ? " is-me" : "";
  return h("span", { class: `mention${mine}`, "data-user-id": userId }, known ? `@${nameOf(userId)}` : "@unknown-user");
}

/** `#name` of a channel, leading there. */
export function channelMention(channelId, label = "") {
  const channel = store.channels.get(channelId);
  if (!channel) return h("span", { class: "mention" }, `#${label || channelId}`);
  return h("a", { class: "mention", href: href(channelId) }, `#${channel.name}`);
}

/** `@here`, `@channel` or `@everyone`. */
export function broadcastMention(range) {
  return h("span", { class: "mention is-me" }, `@${range}`);
}

/** A user group, by the name that came with it. */
export function groupMention(groupId, label = "") {
  const group = store.usergroups.get(groupId);
  const mine = group?.users?.includes(me()) ? " is-me" : "";
  return h("span", { class: `mention${mine}` }, label || `@${group?.handle ?? groupId}`);
}
