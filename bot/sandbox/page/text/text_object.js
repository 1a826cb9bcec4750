// Block Kit's text objects: plain_text and mrkdwn; also bare strings where Slack takes them.

import { emojiNodes } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";

/** The nodes of a text object. */
export function textNodes(text) {
  if (text === null || text === undefined) return [];
  if (typeof text === "string") return emojiNodes(text);
  if (text.type === "mrkdwn") return mrkdwn(text.text, { verbatim: text.verbatim });
  return text.emoji === false ? [text.text ?? ""] : emojiNodes(text.text ?? "");
}

/** The words of a text object, for labels. */
export function plainWords(text) {
  const holder = document.createElement("span");
  holder.append(...textNodes(text));
  return holder.textContent;
}
