// The plan block: a checklist of tasks, each with its state in a sign and a word, and details to unfold. Also task_card alone.

import { fill, h, uniqueId } from "../dom.js";
import { icon, spinner } from "../icons.js";
import { reconcile } from "../reconcile.js";
import { link } from "../text/links.js";
import { richText } from "../text/rich_text.js";
import { textNodes } from "../text/text_object.js";
import { isOpen, setOpen } from "./open_parts.js";

const STATES = {
  pending: { words: "Pending", sign: () => h("span", { class: "task-ring" }) },
  in_progress: { words: "In progress", sign: () => spinner("icon task-spinner") },
  complete: { words: "Complete", sign: () => icon("check") },
  error: { words: "Failed", sign: () => icon("cross") },
};

/** The whole checklist, which can be folded. */
export function plan(block, surface) {
  const list = h("ol", { class: "plan-tasks", id: uniqueId("plan"), role: "list" });
  const head = h("button", { class: "plan-head", type: "button", "aria-controls": list.id });
  const node = h("section", { class: "plan" }, head, list);
  const show = (open) => {
    head.setAttribute("aria-expanded", String(open));
    list.hidden = !open;
  };
  const key = `${surface.key} plan`;
  head.addEventListener("click", () => {
    setOpen(key, list.hidden);
    show(list.hidden);
  });
  show(isOpen(key, true));
  updatePlan(node, block, surface);
  return node;
}

/** Bring a drawn checklist up to date; tasks that did not change stay as they are. */
export function updatePlan(node, block, surface) {
  const tasks = block.tasks ?? [];
  const [head, list] = node.children;
  node.setAttribute("aria-label", typeof block.title === "string" ? block.title : "Plan");
  fill(head, icon("right", "icon fold-arrow"), h("span", { class: "plan-title" }, textNodes(block.title)));
  reconcile(list, tasks.map((task, index) => ({
    key: `${task.task_id ?? index}`,
    version: [JSON.stringify(task)],
    make: () => taskNode("li", task, surface),
    update: (known) => updateTask(known, task, surface),
  })));
  return true;
}

/** A task outside of a plan. */
export function taskCard(block, surface) {
  return h("div", { class: "plan single" }, taskNode("div", block, surface));
}

function taskNode(tag, task, surface) {
  const node = h(tag, { class: "task" });
  updateTask(node, task, surface);
  return node;
}

/** Bring one drawn task up to date. */
export function updateTask(drawn, task, surface) {
  const node = drawn.classList.contains("task") ? drawn : drawn.querySelector(".task");
  const state = STATES[task.status] ?? STATES.pending;
  const insides = taskInsides(task);
  const had = node.contains(document.activeElement);
  const label = [
    h("span", { class: "task-sign" }, state.sign()),
    h("span", { class: "task-title" }, textNodes(task.title)),
    h("span", { class: "task-state" }, state.words),
  ];
  node.dataset.status = task.status;
  node.dataset.taskId = task.task_id;
  if (insides.length) fill(node, unfolding(task, surface, label, insides));
  else fill(node, h("div", { class: "task-head" }, label));
  if (had) node.querySelector("button")?.focus();
  return true;
}

function unfolding(task, surface, label, insides) {
  const key = `${surface.key} task ${task.task_id}`;
  const body = h("div", { class: "task-body", id: uniqueId("task") }, insides);
  const head = h("button", { class: "task-head", type: "button", "aria-controls": body.id }, label, icon("down", "icon task-arrow"));
  const show = (open) => {
    head.setAttribute("aria-expanded", String(open));
    body.hidden = !open;
  };
  head.addEventListener("click", () => {
    setOpen(key, body.hidden);
    show(body.hidden);
  });
  show(isOpen(key, false));
  return [head, body];
}

function taskInsides(task) {
  const sources = (task.sources ?? []).map((source) => h("li", {}, link(source.url, source.text || source.url)));
  return [
    task.details && h("div", { class: "task-details" }, richText(task.details)),
    task.output && h("div", { class: "task-output" }, richText(task.output)),
    sources.length && h("ul", { class: "task-sources" }, sources),
  ].filter(Boolean);
}
