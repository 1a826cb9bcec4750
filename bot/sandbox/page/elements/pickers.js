// Dates and times, with the browser's own pickers.

import { h } from "../dom.js";
import { plainWords } from "../text/text_object.js";
import { act, control, hooks } from "./acting.js";

const KINDS = {
  datepicker: { type: "date", initial: (element) => element.initial_date ?? "", words: "Date", read: (text) => text || null, write: (value) => value ?? "" },
  timepicker: { type: "time", initial: (element) => element.initial_time ?? "", words: "Time", read: (text) => text || null, write: (value) => value ?? "" },
  datetimepicker: { type: "datetime-local", initial: (element) => element.initial_date_time ?? null, words: "Date and time", read: toSeconds, write: fromSeconds },
};

/** A date, time or date-and-time picker. */
export function picker(element, { surface, block, form }) {
  const kind = KINDS[element.type];
  const value = surface.value(block, element, kind.initial(element));
  const label = form ? form.labels : { "aria-label": plainWords(element.placeholder) || kind.words };
  const node = h("input", { class: "field-input picker", type: kind.type, value: kind.write(value), ...hooks(block, element), ...label });
  node.addEventListener("change", () => {
    const read = kind.read(node.value);
    surface.choose(block, element, read);
    form?.changed();
    if (read !== null && (!form || form.dispatch)) act({ surface, block, element, node }, read);
  });
  return control(element, node);
}

function toSeconds(text) {
  return text ? Math.floor(new Date(text).getTime() / 1000) : null;
}

function fromSeconds(seconds) {
  if (!seconds) return "";
  const moment = new Date(seconds * 1000);
  return new Date(seconds * 1000 - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
