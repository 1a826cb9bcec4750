// Standard Markdown of the markdown block, as nodes: the structure of blocks. Raw HTML in it stays text.

import { h } from "../dom.js";
import { markdownInline } from "./markdown_inline.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*(\S*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}> ?/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** The nodes of a Markdown text. */
export function markdown(text) {
  return blocks(String(text ?? "").replace(/\r\n?/g, "\n").split("\n"));
}

function blocks(lines) {
  const nodes = [];
  let index = 0;
  while (index < lines.length) {
    const [node, next] = block(lines, index);
    if (node) nodes.push(node);
    index = next;
  }
  return nodes;
}

function block(lines, index) {
  const line = lines[index];
  if (!line.trim()) return [null, index + 1];
  if (FENCE.test(line)) return fenced(lines, index);
  const heading = HEADING.exec(line);
  if (heading) return [h("div", { class: `md-heading level-${heading[1].length}`, role: "heading", "aria-level": heading[1].length }, markdownInline(heading[2])), index + 1];
  if (RULE.test(line)) return [h("hr"), index + 1];
  if (QUOTE.test(line)) return quoted(lines, index);
  if (ITEM.test(line)) return list(lines, index);
  if (line.includes("|") && TABLE_RULE.test(lines[index + 1] ?? "")) return table(lines, index);
  return paragraph(lines, index);
}

function fenced(lines, index) {
  const [, fence] = FENCE.exec(lines[index]);
  const closing = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}\\s*$`);
  let end = index + 1;
  while (end < lines.length && !closing.test(lines[end])) end += 1;
  return [h("pre", { class: "pre", tabindex: "0" }, lines.slice(index + 1, end).join("\n")), end + 1];
}

function quoted(lines, index) {
  let end = index;
  while (end < lines.length && QUOTE.test(lines[end])) end += 1;
  const inside = lines.slice(index, end).map((line) => line.replace(QUOTE, ""));
  return [h("blockquote", {}, blocks(inside)), end];
}

function paragraph(lines, index) {
  let end = index + 1;
  while (end < lines.length && lines[end].trim() && !startsBlock(lines, end)) end += 1;
  return [h("p", {}, markdownInline(lines.slice(index, end).join("\n"))), end];
}

function startsBlock(lines, index) {
  const line = lines[index];
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((pattern) => pattern.test(line));
}

function list(lines, index) {
  const [, indent, sign] = ITEM.exec(lines[index]);
  const numbered = /\d/.test(sign);
  const items = [];
  let place = index;
  while (place < lines.length) {
    const item = ITEM.exec(lines[place]);
    if (!item || item[1].length !== indent.length || /\d/.test(item[2]) !== numbered) break;
    const [inside, next] = insides(lines, place, item);
    items.push(listItem(inside));
    place = next;
  }
  const node = h(numbered ? "ol" : "ul", { class: "rich-list" }, items);
  if (numbered && Number.parseInt(sign, 10) > 1) node.setAttribute("start", Number.parseInt(sign, 10));
  return [node, place];
}

// What is indented deeper than the item's own sign belongs to the item.
function insides(lines, place, item) {
  const inside = [item[3]];
  let next = place + 1;
  while (next < lines.length) {
    const line = lines[next];
    const depth = line.length - line.trimStart().length;
    const blankBeforeMore = !line.trim() && /^\s{2,}\S/.test(lines[next + 1] ?? "");
    if (depth <= item[1].length && !blankBeforeMore) break;
    inside.push(line.slice(Math.min(depth, item[1].length + 2)));
    next += 1;
  }
  if (next < lines.length && !lines[next].trim() && ITEM.test(lines[next + 1] ?? "")) next += 1;
  return [inside, next];
}

function listItem(inside) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(inside[0]);
  const rest = task ? [task[2], ...inside.slice(1)] : inside;
  const first = rest.findIndex((line, index) => index > 0 && (ITEM.test(line) || FENCE.test(line) || !line.trim()));
  const own = first < 0 ? rest : rest.slice(0, first);
  const box = task && h("span", { class: "emoji", role: "img", "aria-label": task[1] === " " ? "open" : "done" }, task[1] === " " ? "☐" : "☑");
  return h("li", { class: task ? "md-task" : null }, box, task ? " " : null, markdownInline(own.join("\n")), first < 0 ? [] : blocks(rest.slice(first)));
}

function table(lines, index) {
  const sides = cells(lines[index + 1]).map((rule) => (rule.endsWith(":") ? (rule.startsWith(":") ? "center" : "right") : "left"));
  let end = index + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const row = (line, tag) => h("tr", {}, cells(line).map((cell, column) => h(tag, { class: `align-${sides[column] ?? "left"}` }, markdownInline(cell))));
  const body = lines.slice(index + 2, end).map((line) => row(line, "td"));
  const node = h("table", {}, h("thead", {}, row(lines[index], "th")), h("tbody", {}, body));
  return [h("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" }, node), end];
}

function cells(line) {
  return line.trim().replace(/^\|/, "").replace(/\|$/, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}
