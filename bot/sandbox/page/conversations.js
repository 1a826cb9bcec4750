// Channels and direct messages as a person sees them: which are mine, who the other one is, what they are called.

import { me, people } from "./identity.js";
import { store } from "./store.js";
import { nameOf } from "./text/mentions.js";

/** Everything that I am in. */
export function mine() {
  return [...store.channels.values()].filter((channel) => channel.members?.includes(me()) && !channel.is_archived);
}

/** The id of the other one in a direct message; my own in the one with myself. */
export function partnerOf(channel) {
  return channel.members.find((member) => member !== me()) ?? me();
}

/** The direct message with a person or the app; one that nobody has written into yet has the partner's id. */
export function directWith(partnerId) {
  const known = mine().find((channel) => channel.is_im && partnerOf(channel) === partnerId);
  return known ?? { id: partnerId, name: "directmessage", is_im: true, members: [...new Set([me(), partnerId])] };
}

/** My direct messages with people: those that exist, and one for everybody else to begin. */
export function directs() {
  const begun = mine().filter((channel) => channel.is_im && !isWithApp(channel));
  const others = people().filter((user) => user.id !== me() && !begun.some((channel) => partnerOf(channel) === user.id));
  return [...begun, ...others.map((user) => directWith(user.id))].sort((left, right) => titleOf(left).localeCompare(titleOf(right)));
}

/** Whether this is the place of the app. */
export function isWithApp(channel) {
  return channel.is_im && channel.members.includes(store.app.bot_user_id);
}

/** What the app is called. */
export function appName() {
  return store.users.get(store.app.bot_user_id)?.real_name ?? store.app.name ?? "App";
}

/** `#deployments`, or the name of the other one in a direct message. */
export function titleOf(channel) {
  if (!channel.is_im) return `#${channel.name}`;
  return isWithApp(channel) ? appName() : nameOf(partnerOf(channel));
}
