// The dialog in which a person changes the words of their own message.

import { post, reason } from "../api.js";
import { h } from "../dom.js";
import { store } from "../store.js";
import { tell } from "./notices.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** Ask for the new words and save them. */
export function editMessage(message) {
  const text = h("textarea", { class: "field-input", rows: "4", "aria-label": "Message" });
  text.value = asTyped(message.text ?? "");
  const cancel = h("button", { class: "button", type: "button", onclick: () => close() }, "Cancel");
  const save = h("button", { class: "button primary", type: "submit" }, "Save");
  const form = h("form", { onsubmit: (event) => submit(event) }, h("h2", { class: "dialog-title" }, "Edit message"), text, h("div", { class: "dialog-buttons" }, cancel, save));
  const dialog = h("dialog", { class: "dialog confirm-dialog", "aria-label": "Edit message" }, form);
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const submit = async (event) => {
    event.preventDefault();
    const result = await post("edits", { channel: message.channel, ts: message.ts, text: text.value });
    if (result.ok || !result.error) close();
    else tell(result.message || reason(result.error), true);
  };
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  text.focus();
}

// The stored text as it was typed: names for ids, bare addresses for links, signs for entities.
function asTyped(text) {
  return text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${store.users.get(id)?.name ?? id}`)
    .replace(/<#\w+\|([^>]*)>/g, "#$1")
    .replace(/<!subteam\^\w+\|(@[^>]*)>/g, "$1")
    .replace(/<!(here|channel|everyone)>/g, "@$1")
    .replace(/<(https?:[^>]*)>/g, "$1")
    .replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
}
