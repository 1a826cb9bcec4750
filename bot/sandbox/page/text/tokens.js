// What stands between < and > in Slack's texts: <@U…>, <#C…>, <!here>, <!date^…>, <https://…|words>.

import { patternedDate } from "./dates.js";
import { h } from "../dom.js";
import { link } from "./links.js";
import { broadcastMention, channelMention, groupMention, userMention } from "./mentions.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** Undo the three escapes of Slack's texts. */
export function unescaped(text) {
  return text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
}

/** The node for the inside of one <…>, or null when it is none of them and stays text. */
export function token(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescaped(inside.slice(bar + 1));
  if (/^@[UW]\w+$/.test(target)) return userMention(target.slice(1));
  if (/^#C\w+$/.test(target)) return channelMention(target.slice(1), label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcastMention(target.slice(1));
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (target.startsWith("!date^")) return date(target, label);
  if (/^(https?:|mailto:)/i.test(target)) return link(unescaped(target), label || unescaped(target).replace(/^mailto:/, ""));
  return null;
}

function date(target, label) {
  const [, seconds, pattern = "", address] = target.split("^");
  const words = patternedDate(seconds, unescaped(pattern), label);
  return h("span", { class: "date", title: label }, address ? link(unescaped(address), words) : words);
}
