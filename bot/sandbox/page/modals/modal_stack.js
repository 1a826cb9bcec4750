// The modals that are open for me: the top one is shown, those below keep what was typed. It follows the store.

import { post } from "../api.js";
import { h } from "../dom.js";
import { forget } from "../elements/surface.js";
import { me } from "../identity.js";
import { store } from "../store.js";
import { ModalView } from "./modal_view.js";

/** The one dialog of the page that shows views. */
export class ModalStack {
  constructor() {
    this.views = [];
    this.view = null;
    this.dialog = h("dialog", { class: "dialog modal" });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    document.body.append(this.dialog);
    store.on(["modal"], ({ user }) => user === me() && this.draw());
    store.on(["loaded", "me"], () => this.draw());
  }

  get isOpen() {
    return this.views.length > 0;
  }

  draw() {
    const before = this.views;
    this.views = store.modals[me()] ?? [];
    for (const gone of before.filter((view) => !this.views.some((kept) => kept.id === view.id))) forget(gone.id);
    const top = this.views[this.views.length - 1];
    if (!top) this.hide();
    else this.show(top);
  }

  hide() {
    this.view = null;
    if (!this.dialog.open) return;
    this.dialog.close();
    this.dialog.replaceChildren();
  }

  show(top) {
    const depth = this.views.length;
    if (this.view?.id === top.id && this.view.depth === depth) {
      this.view.update(top);
      return;
    }
    this.view = new ModalView(top, { depth, close: () => this.close(), closeAll: () => this.close(true) });
    this.dialog.replaceChildren(this.view.node);
    this.dialog.setAttribute("aria-labelledby", this.view.titleId);
    this.dialog.dataset.viewId = top.id;
    this.dialog.dataset.callbackId = top.callback_id ?? "";
    if (!this.dialog.open) this.dialog.showModal();
    this.view.focusFirst();
  }

  // The server tells by the stream that it is closed; when it does not answer, it is closed here all the same.
  async close(all = false) {
    const top = this.views[this.views.length - 1];
    if (!top) return;
    const result = await post("closes", all ? { view_id: top.id, all: true } : { view_id: top.id });
    if (["unknown_view", "unreachable"].includes(result.error)) {
      store.modals[me()] = [];
      this.draw();
    }
  }
}
