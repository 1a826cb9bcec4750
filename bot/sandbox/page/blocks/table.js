// The table block. The first row is its head, as Slack draws it.

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { richText } from "../text/rich_text.js";

/** Rows and columns; wide ones scroll sideways in themselves. */
export function table(block) {
  const [head, ...rows] = block.rows ?? [];
  const settings = block.column_settings ?? [];
  const cell = (tag) => (content, column) => h(tag, { class: cellClass(settings[column], content), scope: tag === "th" ? "col" : null }, cellNodes(content));
  const node = h("table", {},
    h("thead", {}, h("tr", {}, (head ?? []).map(cell("th")))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td"))))));
  return h("div", { class: "table-scroll", role: "group", "aria-label": "Table", tabindex: "0" }, node);
}

function cellClass(setting, content) {
  const fallback = content?.type === "raw_number" ? "right" : "left";
  const align = ["left", "center", "right"].includes(setting?.align) ? setting.align : fallback;
  return `align-${align}${setting?.is_wrapped ? " wrapped" : ""}`;
}

function cellNodes(content) {
  if (content?.type === "rich_text") return richText(content);
  return [String(content?.text ?? content?.value ?? "")];
}

/** A table with a caption that can be sorted by its columns and is shown in pages. */
export function dataTable(block) {
  const [head, ...rows] = block.rows ?? [];
  const size = block.page_size ?? 10;
  const view = { column: null, down: false, page: 0 };
  const holder = h("div", { class: "data-table" });
  const draw = () => fill(holder, dataPage(block, head ?? [], sorted(rows, view), view, size, draw));
  draw();
  return holder;
}

function dataPage(block, head, rows, view, size, draw) {
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const change = (fields) => {
    Object.assign(view, fields);
    draw();
  };
  const headCell = (content, column) => {
    const isSorted = view.column === column;
    const sort = h("button", { class: "sort", type: "button", onclick: () => change({ column, down: isSorted && !view.down, page: 0 }) }, cellNodes(content), isSorted && icon(view.down ? "down" : "up", "icon sort-sign"));
    return h("th", { class: cellClass(null, rows[0]?.[column]), scope: "col", "aria-sort": isSorted ? (view.down ? "descending" : "ascending") : null }, sort);
  };
  const cell = (content, column) => {
    const isHead = column === (block.row_header_column_index ?? -1);
    return h(isHead ? "th" : "td", { class: cellClass(null, content), scope: isHead ? "row" : null }, cellNodes(content));
  };
  const shown = rows.slice(view.page * size, (view.page + 1) * size);
  const table = h("table", {}, h("caption", {}, block.caption), h("thead", {}, h("tr", {}, head.map(headCell))), h("tbody", {}, shown.map((row) => h("tr", {}, row.map(cell)))));
  const step = (label, by) => h("button", { class: "button", type: "button", disabled: view.page + by < 0 || view.page + by >= pages, onclick: () => change({ page: view.page + by }) }, label);
  const foot = pages > 1 && h("div", { class: "pages" }, step("Previous", -1), h("span", { role: "status" }, `Page ${view.page + 1} of ${pages}`), step("Next", 1));
  return [h("div", { class: "table-scroll", role: "group", "aria-label": block.caption, tabindex: "0" }, table), foot];
}

function sorted(rows, { column, down }) {
  if (column === null) return rows;
  const words = (row) => h("span", {}, cellNodes(row[column])).textContent;
  const compare = (left, right) => (numberIn(left, column) ?? 0) - (numberIn(right, column) ?? 0) || words(left).localeCompare(words(right), undefined, { numeric: true });
  return [...rows].sort((left, right) => (down ? compare(right, left) : compare(left, right)));
}

function numberIn(row, column) {
  return row[column]?.type === "raw_number" ? row[column].value : null;
}
