// The + of the message box: the app's global shortcuts, and files from this machine.

import { post, reason } from "../api.js";
import { h } from "../dom.js";
import { openMenu } from "../elements/menu.js";
import { icon } from "../icons.js";
import { store } from "../store.js";
import { tell } from "./notices.js";

const MOST_BYTES = 3_000_000;

/** The button; `attach(files)` gets the files that somebody chose. */
export function plusButton(attach) {
  const chooser = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" });
  chooser.addEventListener("change", async () => {
    await attach([...chooser.files]);
    chooser.value = "";
  });
  const button = h("button", { class: "icon-button plus", type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "Shortcuts and files", title: "Shortcuts and files" }, icon("plus"));
  button.addEventListener("click", () => openMenu(button, [...shortcuts(), { label: "Attach a file…", lead: icon("clip"), choose: () => chooser.click() }], { label: "Shortcuts and files" }));
  return [button, chooser];
}

function shortcuts() {
  return store.shortcuts.filter((shortcut) => shortcut.type === "global").map((shortcut) => ({
    label: shortcut.name, detail: shortcut.description, lead: icon("bolt"), hooks: { "data-shortcut": shortcut.callback_id },
    choose: async () => {
      const result = await post("shortcuts", { callback_id: shortcut.callback_id });
      if (!result.ok) tell(`${shortcut.name}: ${reason(result.error)}`, true);
    },
  }));
}

/** A file of this machine as `{name, base64}`; null, and a word why, when it is too large. */
export async function asBody(file) {
  if (file.size > MOST_BYTES) {
    tell(`${file.name} is too large: a file may have 3 MB here.`, true);
    return null;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const letters = [];
  for (let start = 0; start < bytes.length; start += 8192) letters.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  return { name: file.name, base64: btoa(letters.join("")) };
}
