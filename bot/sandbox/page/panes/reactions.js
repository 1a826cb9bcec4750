// Reactions below a message, and the box to choose one from.

import { post, reason } from "../api.js";
import { fill, h } from "../dom.js";
import { openPopover } from "../elements/popover.js";
import { icon } from "../icons.js";
import { me } from "../identity.js";
import { emoji, emojiNames } from "../text/emoji.js";
import { nameOf } from "../text/mentions.js";
import { tell } from "./notices.js";

const SHOWN = 48;
const USUAL = ["white_check_mark", "eyes", "raised_hands", "+1", "tada", "heart"];

/** The buttons for the reactions of a message; null when there are none. */
export function reactionButtons(message) {
  const reactions = message.reactions ?? [];
  if (!reactions.length) return null;
  const add = h("button", { class: "reaction", type: "button", "aria-label": "Add a reaction", onclick: (event) => pickReaction(event.currentTarget, message) }, icon("smile"));
  return [...reactions.map((reaction) => reactionButton(message, reaction)), add];
}

function reactionButton(message, { name, count, users }) {
  const mine = users?.includes(me());
  const who = (users ?? []).map(nameOf).join(", ");
  return h("button", { class: `reaction${mine ? " is-mine" : ""}`, type: "button", title: who, "aria-pressed": String(Boolean(mine)), "aria-label": `${name}: ${who}`, onclick: () => react(message, name, !mine) },
    emoji(name), ` ${count ?? users?.length ?? 1}`);
}

/** Let a person choose an emoji by its name. */
export function pickReaction(anchor, message) {
  const grid = h("div", { class: "emoji-grid", role: "listbox", "aria-label": "Emoji" });
  const query = h("input", { class: "option-query", type: "text", "aria-label": "Search emoji", placeholder: "Search emoji", autocomplete: "off", spellcheck: "false", oninput: () => draw() });
  const choose = (name) => {
    close();
    react(message, name, true);
  };
  const draw = () => {
    const words = query.value.trim().toLowerCase().replaceAll(":", "");
    const found = (words ? emojiNames().filter((name) => name.includes(words)) : [...new Set([...USUAL, ...emojiNames()])]).slice(0, SHOWN);
    fill(grid, found.map((name) => h("button", { class: "emoji-choice", type: "button", role: "option", title: `:${name}:`, "aria-label": name, onclick: () => choose(name) }, emoji(name))));
  };
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter") grid.querySelector("button")?.click();
    else if (event.key === "ArrowDown") grid.querySelector("button")?.focus();
    else return;
    event.preventDefault();
  });
  grid.addEventListener("keydown", (event) => move(event, grid));
  draw();
  const close = openPopover(anchor, h("div", { class: "emoji-picker" }, query, grid), { side: "end" });
  query.focus();
}

function move(event, grid) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const all = [...grid.children];
  all[Math.min(Math.max(all.indexOf(document.activeElement) + steps[event.key], 0), all.length - 1)]?.focus();
}

async function react({ channel, ts }, name, isSet) {
  const result = await post("reactions", { channel, ts, name, is_there: isSet });
  if (!result.ok) tell(result.message || reason(result.error), true);
}
