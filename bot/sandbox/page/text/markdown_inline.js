// The inside of Markdown lines: **bold**, *italic*, ~~strike~~, `code`, [words](address), and Slack's <@U…> mentions.

import { emojiNodes } from "./emoji.js";
import { h } from "../dom.js";
import { link, linkified } from "./links.js";
import { token, unescaped } from "./tokens.js";

const RULES = [
  { pattern: /^\\([!-/:-@[-`{-~])/, make: ([, sign]) => document.createTextNode(sign) },
  { pattern: /^(`+)([\s\S]*?[^`])\1(?!`)/, make: ([, , code]) => h("code", {}, code.trim()) },
  { pattern: /^!\[([^\]]*)\]\(([^\s)]+)[^)]*\)/, make: ([, alt, url]) => link(url, alt || url) },
  { pattern: /^\[((?:[^[\]\\]|\\.|\[[^\]]*\])+)\]\(<?([^\s)>]+)>?(?:\s+"[^"]*")?\)/, make: ([, words, url]) => link(url, h("span", {}, markdownInline(words))) },
  { pattern: /^<([@#!][^<>\s]+(?:\|[^<>]*)?|(?:https?:|mailto:)[^<>\s|]+(?:\|[^<>]*)?)>/, make: ([, inside]) => token(inside) },
  { pattern: /^\*\*(?=\S)([\s\S]*?\S)\*\*/, make: ([, words]) => h("strong", {}, markdownInline(words)) },
  { pattern: /^__(?=\S)([\s\S]*?\S)__(?!\w)/, make: ([, words]) => h("strong", {}, markdownInline(words)), atWord: true },
  { pattern: /^\*(?=[^\s*])([\s\S]*?[^\s*])\*(?!\*)/, make: ([, words]) => h("em", {}, markdownInline(words)) },
  { pattern: /^_(?=[^\s_])([\s\S]*?[^\s_])_(?!\w)/, make: ([, words]) => h("em", {}, markdownInline(words)), atWord: true },
  { pattern: /^~~(?=\S)([\s\S]*?\S)~~/, make: ([, words]) => h("del", {}, markdownInline(words)) },
  { pattern: /^(?: {2,}|\\)\n/, make: () => h("br") },
];
const SIGNS = new Set("\\`![<*_~ ");

/** The nodes of a line or paragraph of Markdown. */
export function markdownInline(text) {
  const nodes = [];
  let plain = "";
  let index = 0;
  const flush = () => {
    if (plain) nodes.push(...linkified(unescaped(plain)).flatMap((part) => (typeof part === "string" ? emojiNodes(part) : [part])));
    plain = "";
  };
  while (index < text.length) {
    const found = SIGNS.has(text[index]) ? match(text, index) : null;
    if (found) {
      flush();
      nodes.push(found.node);
      index += found.length;
    } else {
      plain += text[index];
      index += 1;
    }
  }
  flush();
  return nodes;
}

function match(text, index) {
  const rest = text.slice(index);
  const insideWord = /\w/.test(text[index - 1] ?? " ");
  for (const { pattern, make, atWord } of RULES) {
    const found = atWord && insideWord ? null : pattern.exec(rest);
    const node = found && make(found);
    if (node) return { node, length: found[0].length };
  }
  return null;
}
