// The table block. The first row is its head, as Slack draws it.

import { h } from "../dom.js";
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
  return [String(content?.text ?? content?.value ?? content?.number ?? "")];
}
