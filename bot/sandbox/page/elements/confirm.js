// The dialog that asks before a control acts (Block Kit's `confirm`).

import { h, uniqueId } from "../dom.js";
import { textNodes } from "../text/text_object.js";

/** Ask; resolves to true when the person says yes. Focus returns to `opener`. */
export function confirmed(confirm, opener) {
  return new Promise((resolve) => {
    const title = uniqueId("confirm-title");
    const words = uniqueId("confirm-words");
    const yes = h("button", { class: `button ${confirm.style === "danger" ? "danger" : "primary"}`, type: "button", value: "yes" }, textNodes(confirm.confirm ?? "Yes"));
    const no = h("button", { class: "button", type: "button" }, textNodes(confirm.deny ?? "Cancel"));
    const dialog = h("dialog", { class: "dialog confirm-dialog", role: "alertdialog", "aria-labelledby": title, "aria-describedby": words },
      h("h2", { id: title, class: "dialog-title" }, textNodes(confirm.title)),
      h("div", { id: words, class: "dialog-words" }, textNodes(confirm.text)),
      h("div", { class: "dialog-buttons" }, no, yes));
    const finish = (answer) => {
      dialog.close();
      dialog.remove();
      opener?.focus?.();
      resolve(answer);
    };
    yes.addEventListener("click", () => finish(true));
    no.addEventListener("click", () => finish(false));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      finish(false);
    });
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
}
