// One view as a form: title, blocks, the buttons below, errors on fields, and the state of being sent.

import { post, reason } from "../api.js";
import { drawBlocks } from "../blocks/block_list.js";
import { showError } from "../blocks/input.js";
import { fill, h, uniqueId } from "../dom.js";
import { Surface } from "../elements/surface.js";
import { icon, spinner } from "../icons.js";
import { avatar } from "../panes/avatar.js";
import { store } from "../store.js";
import { textNodes } from "../text/text_object.js";

/** The top view of the stack. `depth` is how many are open. */
export class ModalView {
  constructor(view, { depth, close, closeAll }) {
    Object.assign(this, { depth, close, closeAll });
    this.id = view.id;
    this.titleId = uniqueId("modal-title");
    this.head = h("header", { class: "modal-head" });
    this.failure = h("div", { class: "modal-failure", role: "alert", hidden: true });
    this.blocks = h("div", { class: "modal-blocks" });
    this.foot = h("footer", { class: "modal-foot" });
    this.node = h("form", { class: "modal-form", novalidate: true, onsubmit: (event) => this.submit(event) }, this.head, this.failure, this.blocks, this.foot);
    this.update(view);
  }

  /** Show what the view is now; fields that did not change keep what was typed and the focus. */
  update(view) {
    if (this.view && this.view.hash !== view.hash) this.fail("");
    this.view = view;
    this.surface = new Surface(view.id, { view_id: view.id }, view.state?.values ?? {});
    const title = h("h2", { class: "modal-title", id: this.titleId }, avatar(store.app.bot_user_id, "small"), h("span", {}, textNodes(view.title)));
    const back = this.depth > 1 && h("button", { class: "icon-button", type: "button", "aria-label": "Back", onclick: () => this.close() }, icon("back"));
    const cross = h("button", { class: "icon-button", type: "button", "aria-label": "Close the dialog", onclick: () => (this.depth > 1 ? this.closeAll() : this.close()) }, icon("close"));
    this.redrawn(this.head, [back, title, cross]);
    drawBlocks(this.blocks, view.blocks, this.surface);
    this.drawFoot();
  }

  drawFoot() {
    const { view } = this;
    const close = h("button", { class: "button", type: "button", onclick: () => this.close() }, textNodes(view.close ?? { type: "plain_text", text: view.submit ? "Cancel" : "Close" }));
    this.send = view.submit ? h("button", { class: "button primary", type: "submit", "data-submit": "true" }, textNodes(view.submit)) : null;
    this.redrawn(this.foot, [close, this.send]);
    this.busy(Boolean(this.sending));
  }

  // Head and foot are drawn anew only when they differ, so that the focus stays.
  redrawn(node, children) {
    const fresh = fill(h("div"), children);
    const words = JSON.stringify([this.view.title, this.view.submit, this.view.close]);
    if (node.dataset.drawn === words) {
      this.send = this.foot.querySelector("[data-submit]");
      return;
    }
    node.dataset.drawn = words;
    node.replaceChildren(...fresh.childNodes);
  }

  /** Put the focus into the first field, else on the dialog's first button. */
  focusFirst() {
    const first = this.blocks.querySelector("[autofocus]") ?? this.blocks.querySelector(".field input, .field textarea, .field select, .field [role=combobox]")
      ?? this.foot.querySelector("[data-submit]") ?? this.foot.querySelector("button");
    first?.focus();
  }

  async submit(event) {
    event.preventDefault();
    if (this.sending) return;
    for (const field of this.fields()) showError(field, null);
    this.fail("");
    this.busy(true);
    this.sending = post("submissions", { view_id: this.id, values: this.surface.unsentOf(this.inputs()) });
    const result = await this.sending;
    this.sending = null;
    this.busy(false);
    const errors = result.response?.response_action === "errors" ? result.response.errors : null;
    if (errors) this.showErrors(errors);
    else if (!result.ok) this.fail(`We had some trouble connecting. ${result.message ?? reason(result.error)} Try again?`);
  }

  inputs() {
    return [...this.blocks.querySelectorAll(".field [data-action-id]")].map((node) => [node.dataset.blockId, node.dataset.actionId]);
  }

  fields() {
    return [...this.blocks.querySelectorAll(".field")];
  }

  showErrors(errors) {
    const wrong = this.fields().filter((field) => errors[field.dataset.blockId]);
    for (const field of wrong) showError(field, String(errors[field.dataset.blockId]));
    wrong[0]?.querySelector("[data-action-id]")?.focus();
    if (!wrong.length) this.fail(Object.values(errors).join(" "));
  }

  busy(is) {
    this.node.setAttribute("aria-busy", String(is));
    if (!this.send) return;
    this.send.disabled = is;
    this.send.querySelector(".spinner")?.remove();
    if (is) this.send.prepend(spinner());
  }

  fail(words) {
    this.failure.hidden = !words;
    fill(this.failure, words && [icon("warning"), h("span", {}, words)]);
  }
}
