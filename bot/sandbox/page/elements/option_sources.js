// Where the options of a select come from: written in the block, asked from the app, or the workspace's own people and channels.

import { people } from "../identity.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";
import { plainWords } from "../text/text_object.js";

/** `{value, label, detail}` groups for a query; each group is `{label, options}`, without a label when there is one only. */
export function optionSource(element, surface, block) {
  const kind = element.type.replace(/^multi_/, "");
  if (kind === "external_select") return external(element, surface, block);
  const groups = () => ({
    static_select: () => written(element),
    users_select: () => [{ options: persons() }],
    channels_select: () => [{ options: channels() }],
    conversations_select: () => [{ label: "Channels", options: channels() }, { label: "People", options: persons() }],
  })[kind]?.() ?? [];
  return {
    minimum: 0,
    immediate: true,
    find: async (query) => ({ groups: filtered(groups(), query) }),
  };
}

function external(element, surface, block) {
  return {
    minimum: element.min_query_length ?? 3,
    immediate: false,
    async find(query) {
      const answer = await surface.suggestions(block, element, query);
      if (!answer.ok) return { error: answer.error, groups: [] };
      return { groups: written(answer) };
    },
  };
}

/** Options or option_groups as groups. */
export function written({ options, option_groups: groups }) {
  if (groups?.length) return groups.map((group) => ({ label: plainWords(group.label), options: (group.options ?? []).map(option) }));
  return [{ options: (options ?? []).map(option) }];
}

function option({ text, value, description }) {
  return { value, label: plainWords(text), detail: description ? plainWords(description) : "" };
}

function persons() {
  return people().map((user) => ({ value: user.id, label: nameOf(user.id), detail: user.real_name }));
}

function channels() {
  return [...store.channels.values()].filter((channel) => !channel.is_im).map((channel) => ({ value: channel.id, label: `#${channel.name}`, detail: "" }));
}

function filtered(groups, query) {
  const words = query.trim().toLocaleLowerCase();
  const fits = (option) => !words || `${option.label} ${option.detail}`.toLocaleLowerCase().includes(words);
  return groups.map((group) => ({ ...group, options: group.options.filter(fits) }));
}

const WHAT = ["option", "user", "channel", "conversation"];

/** What is chosen, as `{value, label}` options, from the `initial_*` fields of an element or the `selected_*` fields of a state. */
export function chosenOptions(holder, prefix) {
  const held = WHAT.flatMap((what) => [holder[`${prefix}_${what}s`] ?? [], holder[`${prefix}_${what}`] ?? []]).flat();
  return held.map((item) => (typeof item === "string" ? named(item) : option(item)));
}

function named(id) {
  return { value: id, label: store.channels.has(id) ? `#${store.channels.get(id).name}` : nameOf(id) };
}
