// Slack's own markup, as nodes: *bold*, _italic_, ~strike~, `code`, ```blocks```, > quotes, <…> and :emoji:.

import { emojiNodes } from "./emoji.js";
import { h } from "../dom.js";
import { linkified } from "./links.js";
import { token, unescaped } from "./tokens.js";

const MARKS = { "*": "strong", _: "em", "~": "del" };
const QUOTE = /^(?:&gt;|>) ?/;

/** The nodes of a text. `verbatim` leaves bare addresses alone; `emoji` may be switched off. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const parts = String(text ?? "").split(/```\n?([\s\S]*?)\n?```/g);
  return parts.flatMap((part, index) => {
    if (index % 2) return [h("pre", { class: "pre" }, preformatted(part))];
    const trimmed = trimmedBetween(part, index > 0, index < parts.length - 1);
    return trimmed ? lines(trimmed, { verbatim }) : [];
  });
}

// The line breaks around a ``` block belong to the block.
function trimmedBetween(part, afterBlock, beforeBlock) {
  let trimmed = part;
  if (afterBlock) trimmed = trimmed.replace(/^\n/, "");
  if (beforeBlock) trimmed = trimmed.replace(/\n$/, "");
  return trimmed;
}

function preformatted(text) {
  return text.split(/(<[^<>\n]+>)/).map((part) => {
    const node = part.startsWith("<") && part.endsWith(">") ? token(part.slice(1, -1)) : null;
    return node ?? unescaped(part);
  });
}

function lines(text, options) {
  const nodes = [];
  const all = text.split("\n");
  for (let index = 0; index < all.length; ) {
    const start = index;
    const quoted = QUOTE.test(all[index]);
    if (/^(?:&gt;|>){3}/.test(all[index])) {
      nodes.push(quote([all[index].replace(/^(?:&gt;|>){3} ?/, ""), ...all.slice(index + 1)], options));
      break;
    }
    while (index < all.length && QUOTE.test(all[index]) === quoted) index += 1;
    const run = all.slice(start, index);
    if (quoted) nodes.push(quote(run.map((line) => line.replace(QUOTE, "")), options));
    else nodes.push(...inline(run.join("\n"), options));
  }
  return nodes;
}

function quote(run, options) {
  return h("blockquote", {}, inline(run.join("\n"), options));
}

/** The nodes of a run without ``` blocks and quotes. */
export function inline(text, options = {}) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(...leaf(plain, options));
    plain = "";
  };
  for (let index = 0; index < text.length; ) {
    const found = special(text, index, options);
    if (found) {
      flush();
      nodes.push(found.node);
      index = found.end;
    } else {
      plain += text[index];
      index += 1;
    }
  }
  flush();
  return nodes;
}

function special(text, index, options) {
  const sign = text[index];
  if (sign === "<") return angle(text, index);
  if (sign === "`") return code(text, index);
  if (sign in MARKS) return marked(text, index, options);
  return null;
}

function angle(text, index) {
  const end = text.indexOf(">", index);
  if (end < 0) return null;
  const node = token(text.slice(index + 1, end));
  return node && { node, end: end + 1 };
}

function code(text, index) {
  const end = text.indexOf("`", index + 1);
  const inside = text.slice(index + 1, end);
  if (end <= index + 1 || inside.includes("\n")) return null;
  return { node: h("code", {}, preformatted(inside)), end: end + 1 };
}

// A mark opens after a space or sign and closes before one: snake_case and 2*3*4 stay as they are.
function marked(text, index, options) {
  const sign = text[index];
  if (/[\p{L}\p{N}]/u.test(text[index - 1] ?? " ") || /[\s]/.test(text[index + 1] ?? " ")) return null;
  const end = closing(text, index, sign);
  if (end < 0) return null;
  return { node: h(MARKS[sign], {}, inline(text.slice(index + 1, end), options)), end: end + 1 };
}

function closing(text, index, sign) {
  for (let place = index + 1; place < text.length && text[place] !== "\n"; place += 1) {
    if (text[place] === "<") place = Math.max(place, skip(text, place, ">"));
    else if (text[place] === "`") place = Math.max(place, skip(text, place, "`"));
    else if (text[place] === sign && place > index + 1) {
      const closes = !/\s/.test(text[place - 1]) && !/[\p{L}\p{N}]/u.test(text[place + 1] ?? " ");
      if (closes) return place;
    }
  }
  return -1;
}

function skip(text, place, end) {
  const found = text.indexOf(end, place + 1);
  return found < 0 || text.slice(place, found).includes("\n") ? place : found;
}

function leaf(text, { verbatim }) {
  const parts = verbatim ? [unescaped(text)] : linkified(unescaped(text));
  return parts.flatMap((part) => (typeof part === "string" ? emojiNodes(part) : [part]));
}
