// Draws a list of blocks and keeps it current: a block that did not change keeps its node.

import { h } from "../dom.js";
import { reconcile } from "../reconcile.js";
import { actions, context, contextActions, divider, header, image, markdownBlock, richTextBlock, section, video } from "./basic.js";
import { alertBlock, card, carousel, container } from "./boxes.js";
import { fileBlock } from "./file_block.js";
import { input } from "./input.js";
import { plan, taskCard, updatePlan, updateTask } from "./plan.js";
import { dataTable, table } from "./table.js";

const BLOCKS = {
  actions, alert: alertBlock, card, carousel, container, context, context_actions: contextActions, data_table: dataTable, divider, file: fileBlock, header, image, input,
  markdown: markdownBlock, plan, rich_text: richTextBlock, section, table, task_card: taskCard, video,
};
const UPDATES = { plan: updatePlan, task_card: updateTask };
// Nothing in these is sent to the app, so their ids, which Slack invents anew at each edit, do not matter.
const INERT = new Set(["context", "data_table", "divider", "header", "image", "markdown", "plan", "rich_text", "table", "task_card"]);

/** Make `node` show these blocks. */
export function drawBlocks(node, blocks, surface) {
  const seen = {};
  const entries = (blocks ?? []).map((block) => {
    seen[block.type] = (seen[block.type] ?? 0) + 1;
    const isInert = INERT.has(block.type);
    return {
      key: `${block.type} ${isInert || !block.block_id ? seen[block.type] : block.block_id}`,
      version: [JSON.stringify(isInert ? { ...block, block_id: null } : block)],
      make: () => blockNode(block, surface),
      update: UPDATES[block.type] ? (known) => UPDATES[block.type](known, block, surface) : null,
    };
  });
  keepingFocus(node, () => reconcile(node, entries));
  (blocks ?? []).forEach((block, index) => {
    if (block.block_id) node.children[index].dataset.blockId = block.block_id;
  });
}

/** The node of one block; a type that is not known says so. */
export function blockNode(block, surface) {
  const make = BLOCKS[block?.type];
  const node = make ? make(block, surface, drawBlocks) : h("div", { class: "unavailable" }, `The block ${block?.type} is not drawn here.`);
  node.classList.add("block");
  node.dataset.block = block?.type ?? "";
  return node;
}

// A control that is drawn anew takes the focus and the caret of the one before it.
function keepingFocus(node, draw) {
  const before = node.contains(document.activeElement) ? document.activeElement : null;
  const { actionId, blockId } = before?.dataset ?? {};
  const caret = before && "selectionStart" in before ? [before.selectionStart, before.selectionEnd] : null;
  draw();
  if (!before || before.isConnected || !actionId) return;
  const after = [...node.querySelectorAll("[data-action-id]")].find((other) => other.dataset.actionId === actionId && (!blockId || other.dataset.blockId === blockId))
    ?? node.querySelector(`[data-action-id="${CSS.escape(actionId)}"]`);
  after?.focus();
  if (caret?.[0] !== null && caret && after?.setSelectionRange && after.type !== "number" && after.type !== "email") after.setSelectionRange(...caret);
}
