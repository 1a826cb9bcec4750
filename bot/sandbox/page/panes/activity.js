// A drawer with what went between Slack's side and the app: each delivery with the time to its ack, each Web API call.

import { coalesced, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";

const SHOWN = 150;
const LATE_MS = 3_000;
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The drawer, closed at first. */
export class Activity {
  constructor() {
    this.body = h("div", { class: "activity-rows" });
    const close = h("button", { class: "icon-button", type: "button", "aria-label": "Close the activity", onclick: () => this.dialog.close() }, icon("close"));
    this.dialog = h("dialog", { class: "dialog activity", "aria-label": "Activity of the app" }, h("header", { class: "pane-head" }, h("h2", { class: "pane-title" }, "Activity of the app"), close), this.body);
    document.body.append(this.dialog);
    this.draw = coalesced(() => this.dialog.open && this.drawNow());
    store.on(["activity", "loaded"], () => this.draw());
  }

  open() {
    this.dialog.showModal();
    this.drawNow();
  }

  drawNow() {
    const deliveries = store.deliveries.map((delivery) => ({ ...delivery, ms: delivery.ack_ms, title: delivery.kind, about: [delivery.name, nameOrNull(delivery.user)].filter(Boolean).join(" · "), way: "to the app" }));
    const calls = store.calls.map((call) => ({ ...call, title: call.method, about: "", way: "from the app" }));
    const all = [...deliveries, ...calls].sort((left, right) => right.at - left.at).slice(0, SHOWN);
    fill(this.body, all.length ? all.map(row) : h("p", { class: "activity-empty" }, "Nothing has happened yet."));
  }
}

function nameOrNull(userId) {
  return userId ? nameOf(userId) : null;
}

function row(entry) {
  const bad = !entry.ok || entry.ms > LATE_MS;
  const time = entry.ms === null || entry.ms === undefined ? "" : `${entry.ms < 10 ? entry.ms.toFixed(1) : Math.round(entry.ms)} ms`;
  return h("div", { class: `activity-row${bad ? " bad" : ""}` },
    h("time", {}, CLOCK.format(new Date(entry.at * 1000))), h("span", { class: "activity-way" }, entry.way), h("span", { class: "activity-title" }, entry.title, entry.about && h("span", { class: "activity-about" }, entry.about)),
    h("span", { class: "activity-result" }, entry.error ?? "ok"), h("span", { class: "activity-time" }, time));
}
