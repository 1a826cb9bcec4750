// Where blocks are drawn, and what their controls do there: a message or a modal. It remembers what was chosen but not sent.

import { post } from "../api.js";

const chosen = new Map();

/** One message or view as its controls see it. `states` are the values that the server knows (a view's `state.values`). */
export class Surface {
  constructor(key, target, states = {}) {
    Object.assign(this, { key, target, states });
    if (!chosen.has(key)) chosen.set(key, { values: new Map(), unsent: new Set(), underway: new Map() });
    Object.assign(this, chosen.get(key));
  }

  /** What was chosen here, else what the server knows, else the fallback. */
  value(block, element, fallback) {
    const key = keyOf(block.block_id, element.action_id);
    if (this.values.has(key)) return this.values.get(key).value;
    const state = this.states[block.block_id]?.[element.action_id];
    return state?.type === element.type ? valueOf(state) : fallback;
  }

  /** The options chosen in a select, with their words: here, else on the server (as Slack's objects), else the fallback. */
  options(block, element, fallback, read) {
    const known = this.values.get(keyOf(block.block_id, element.action_id));
    if (known?.options) return known.options;
    const state = this.states[block.block_id]?.[element.action_id];
    return state?.type === element.type ? read(state) : fallback;
  }

  /** Remember a choice; it goes to the app with the next click or submission. */
  choose(block, element, value, options = null) {
    const key = keyOf(block.block_id, element.action_id);
    this.values.set(key, { value, options });
    if (this.target.view_id && block.type === "input") this.unsent.add(key);
  }

  /** The choices that the server has not confirmed to have seen, as `{block_id: {action_id: value}}`, of the fields `fields` (pairs of ids). */
  unsentOf(fields) {
    const all = {};
    for (const [blockId, actionId] of fields) {
      const key = keyOf(blockId, actionId);
      if (this.unsent.has(key) || this.underway.has(key)) (all[blockId] ??= {})[actionId] = this.values.get(key).value;
    }
    return all;
  }

  /** Tell the server what was typed, so that the app sees it beside whatever comes next; without an answer from the app. */
  async flush(except = null) {
    for (const key of [...this.unsent]) {
      this.unsent.delete(key);
      if (key === except) continue;
      const [blockId, actionId] = key.split("\n");
      await this.sent(key, { ...this.target, block_id: blockId, action_id: actionId, value: this.values.get(key).value });
    }
  }

  // A submission may overtake a click that is still on its way, so it takes along what that click carries.
  async sent(key, body) {
    const choice = this.values.get(key);
    if (choice) this.underway.set(key, choice);
    try {
      return await post("clicks", body);
    } finally {
      if (this.underway.get(key) === choice) this.underway.delete(key);
    }
  }

  /** Tell the app that a control was used. */
  async click(block, element, value) {
    const key = keyOf(block.block_id, element.action_id);
    await this.flush(key);
    const body = { ...this.target, action_id: element.action_id, block_id: block.block_id };
    if (value !== undefined) body.value = value;
    return this.sent(key, body);
  }

  /** Ask the app for options. */
  async suggestions(block, element, query) {
    await this.flush();
    return post("suggestions", { ...this.target, action_id: element.action_id, block_id: block.block_id, value: query });
  }
}

/** Forget what was chosen on a surface that is gone. */
export function forget(key) {
  chosen.delete(key);
}

function keyOf(blockId, actionId) {
  return `${blockId}\n${actionId}`;
}

// Each kind of state has one key beside its type.
function valueOf(state) {
  const [, held] = Object.entries(state).find(([key]) => key !== "type") ?? [];
  const plain = (item) => (item !== null && typeof item === "object" && "value" in item ? item.value : item);
  return Array.isArray(held) ? held.map(plain) : plain(held ?? null);
}
