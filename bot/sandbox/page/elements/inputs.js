// Text fields of modals: plain, long, number, mail and web addresses.

import { post, reason } from "../api.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { asBody } from "../panes/attaching.js";
import { tell } from "../panes/notices.js";
import { plainWords } from "../text/text_object.js";
import { act, control, hooks } from "./acting.js";

const TYPES = { number_input: "number", email_text_input: "email", url_text_input: "url" };
const MODES = { number_input: "decimal", email_text_input: "email", url_text_input: "url" };

/** A text field in an input block. */
export function textInput(element, context) {
  const { surface, block, form } = context;
  const long = element.multiline || element.type === "rich_text_input";
  const attributes = {
    class: "field-input", value: asText(surface.value(block, element, initial(element))), placeholder: plainWords(element.placeholder) || null,
    maxlength: element.max_length ?? null, autocomplete: "off", inputmode: MODES[element.type] ?? null, ...hooks(block, element), ...form?.labels,
  };
  const node = long ? h("textarea", { ...attributes, rows: "4" }) : h("input", { ...attributes, type: TYPES[element.type] ?? "text", step: element.is_decimal_allowed ? "any" : null, min: element.min_value ?? null, max: element.max_value ?? null });
  if (element.focus_on_load) node.setAttribute("autofocus", "");
  listen(node, { ...context, element, node }, long);
  return control(element, node, "wide");
}

function initial(element) {
  return element.initial_value ?? "";
}

// Rich text is edited as plain lines here.
function asText(value) {
  if (value === null || typeof value !== "object") return String(value ?? "");
  const words = (part) => (part.text ?? "") + (part.elements ?? []).map(words).join("");
  return (value.elements ?? []).map(words).join("\n");
}

function listen(node, context, long) {
  const { surface, block, element, form } = context;
  const events = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const tell = () => act(context, node.value);
  let timer;
  node.addEventListener("input", () => {
    surface.choose(block, element, node.value);
    form?.changed();
    if (!form?.dispatch || !events.includes("on_character_entered")) return;
    clearTimeout(timer);
    timer = setTimeout(tell, 300);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || long || !form?.dispatch || !events.includes("on_enter_pressed")) return;
    event.preventDefault();
    event.stopPropagation();
    tell();
  });
}

/** Files from this machine; they are uploaded at once and sent with the form. */
export function fileInput(element, { surface, block, form }) {
  const most = element.max_files ?? 10;
  let files = surface.options(block, element, [], (state) => (state.files ?? []).map(({ id, name }) => ({ value: id, label: name })));
  const accept = (element.filetypes ?? []).map((type) => `.${type}`).join(",") || null;
  const chooser = h("input", { class: "field-input", type: "file", multiple: most > 1, accept, ...hooks(block, element), ...form?.labels });
  const list = h("ul", { class: "chosen-files", role: "list" });
  const keep = (next) => {
    files = next;
    surface.choose(block, element, files.map((file) => file.value), files);
    form?.changed();
    show();
  };
  const show = () => fill(list, files.map((file) => h("li", { class: "chip" }, file.label, h("button", { class: "chip-remove", type: "button", "aria-label": `Remove ${file.label}`, onclick: () => keep(files.filter((other) => other !== file)) }, icon("close")))));
  chooser.addEventListener("change", async () => {
    for (const file of [...chooser.files].slice(0, most - files.length)) {
      const body = await asBody(file);
      const result = body && (await post("uploads", body));
      if (result?.ok) keep([...files, { value: result.file, label: file.name }]);
      else if (result) tell(result.message || reason(result.error), true);
    }
    chooser.value = "";
  });
  show();
  return control(element, h("div", { class: "file-choice" }, chooser, list), "wide");
}
