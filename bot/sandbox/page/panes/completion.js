// What the composer offers while one types: slash commands from the manifest, people after an @, channels after a #.

import { mine } from "../conversations.js";
import { people } from "../identity.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";

/** Suggestions for the text before the caret: `{from, items: [{insert, label, hint, detail}]}`; null when there are none. */
export function suggestions(text, caret, { inThread }) {
  const before = text.slice(0, caret);
  const command = /^\/[^\s]*$/.exec(before);
  if (command && !inThread) return offered(0, commands(before));
  const mention = /(?:^|\s)@([\w.-]*)$/.exec(before);
  if (mention) return offered(caret - mention[1].length - 1, persons(mention[1]));
  const channel = /(?:^|\s)#([\w.-]*)$/.exec(before);
  return channel ? offered(caret - channel[1].length - 1, channels(channel[1])) : null;
}

function offered(from, items) {
  return items.length ? { from, items } : null;
}

function commands(typed) {
  const fits = (command) => command.command.startsWith(typed.toLowerCase());
  return store.commands.filter(fits).map(({ command, description, usage_hint: hint }) => ({ insert: `${command} `, label: command, hint: hint ?? "", detail: description ?? "" }));
}

function persons(typed) {
  const words = typed.toLowerCase();
  const app = store.users.get(store.app.bot_user_id);
  return [...people(), ...(app ? [app] : [])].filter((user) => user.name.startsWith(words) || user.real_name?.toLowerCase().startsWith(words)).slice(0, 8)
    .map((user) => ({ insert: `@${user.name} `, label: `@${nameOf(user.id)}`, hint: "", detail: user.real_name ?? "" }));
}

function channels(typed) {
  return mine().filter((channel) => !channel.is_im && channel.name.startsWith(typed.toLowerCase())).slice(0, 8)
    .map((channel) => ({ insert: `#${channel.name} `, label: `#${channel.name}`, hint: "", detail: channel.topic?.value ?? "" }));
}

/** The command that a text begins with, with what follows it: `{command, text, known}`; null when it is no command. */
export function commandIn(text) {
  const found = /^(\/[^\s/]+)(?:\s+([\s\S]*))?$/.exec(text.trim());
  if (!found) return null;
  const known = store.commands.find((entry) => entry.command === found[1].toLowerCase());
  return { command: found[1], text: (found[2] ?? "").trim(), known };
}
