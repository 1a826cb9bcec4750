// A drawer with what went between Slack's side and the app: each delivery with the time to its ack, each Web API call,
// and on a press the JSON of both directions.

import { coalesced, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { reconcile } from "../reconcile.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";
import { jsonView } from "./json_view.js";

const SHOWN = 150;
const LATE_MS = 3_000;
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** The drawer, closed at first. */
export class Deliveries {
  constructor() {
    this.body = h("div", { class: "deliveries-rows" });
    this.onlyBad = h("input", { type: "checkbox", onchange: () => this.drawNow() });
    const close = h("button", { class: "icon-button", type: "button", "aria-label": "Close the drawer", onclick: () => this.dialog.close() }, icon("close"));
    const head = h("header", { class: "pane-head" }, h("h2", { class: "pane-title" }, "Deliveries and calls"), h("label", { class: "only-bad" }, this.onlyBad, "Only late and failed"), close);
    this.dialog = h("dialog", { class: "dialog deliveries", "aria-label": "Deliveries and calls" }, head, this.body);
    // The button that opened it may have been drawn anew since; the browser would give the focus back to the old one.
    this.dialog.addEventListener("close", () => document.querySelector('#sidebar [data-keep="deliveries"]')?.focus());
    document.body.append(this.dialog);
    this.draw = coalesced(() => this.dialog.open && this.drawNow());
    store.on(["exchange", "loaded"], () => this.draw());
  }

  open() {
    this.dialog.showModal();
    this.drawNow();
  }

  drawNow() {
    const deliveries = store.deliveries.map((delivery) => ({ ...delivery, ms: delivery.ack_ms, title: delivery.kind, about: [delivery.name, delivery.user && nameOf(delivery.user)].filter(Boolean).join(" · "), way: "to the app" }));
    const calls = store.calls.map((call) => ({ ...call, title: call.method, about: "", way: "from the app" }));
    const all = [...deliveries, ...calls].filter((entry) => !this.onlyBad.checked || isBad(entry)).sort((left, right) => right.at - left.at).slice(0, SHOWN);
    if (!all.length) fill(this.body, h("p", { class: "empty" }, "Nothing has happened yet."));
    else reconcile(this.body, all.map((entry) => ({ key: entry.id, version: [entry.ok, entry.ms], make: () => row(entry) })));
  }
}

function isBad(entry) {
  return !entry.ok || entry.ms > LATE_MS;
}

function row(entry) {
  const time = entry.ms === null || entry.ms === undefined ? "" : `${entry.ms < 10 ? entry.ms.toFixed(1) : Math.round(entry.ms)} ms`;
  const late = entry.ok && isBad(entry) ? "late" : null;
  const head = h("summary", { class: "delivery-head" },
    h("time", {}, CLOCK.format(new Date(entry.at * 1000))), h("span", { class: "delivery-way" }, entry.way),
    h("span", { class: "delivery-title" }, entry.title, entry.about && h("span", { class: "delivery-about" }, entry.about)),
    h("span", { class: "delivery-result" }, entry.error ?? late ?? "ok"), h("span", { class: "delivery-time" }, time));
  const node = h("details", { class: `delivery${isBad(entry) ? " bad" : ""}` }, head);
  node.addEventListener("toggle", () => node.open && node.children.length === 1 && node.append(exchange(entry)));
  return node;
}

function exchange({ id, way }) {
  const holder = h("div", { class: "delivery-json" }, "Loading…");
  fetchExchange(id).then((found) => {
    const names = way === "to the app" ? ["Payload", "Answer with the ack"] : ["Arguments", "Answer"];
    fill(holder, found ? [jsonView(names[0], found.request), jsonView(names[1], found.response)] : "The sandbox keeps the newest 500 of these; this one is forgotten.");
  });
  return holder;
}

async function fetchExchange(id) {
  try {
    const response = await fetch(`/sandbox/exchanges/${encodeURIComponent(id)}`);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
