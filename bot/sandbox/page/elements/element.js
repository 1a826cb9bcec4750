// Every Block Kit element that the sandbox draws, by its type.

import { h } from "../dom.js";
import { me } from "../identity.js";
import { button, feedbackButtons, iconButton, overflow } from "./button.js";
import { checkboxes, radioButtons } from "./choices.js";
import { imageElement } from "./images.js";
import { fileInput, textInput } from "./inputs.js";
import { picker } from "./pickers.js";
import { select } from "./select.js";

const SELECTS = ["static_select", "external_select", "users_select", "channels_select", "conversations_select"];
const ELEMENTS = {
  button, workflow_button: button, overflow, icon_button: iconButton, feedback_buttons: feedbackButtons, checkboxes, radio_buttons: radioButtons,
  datepicker: picker, timepicker: picker, datetimepicker: picker, image: imageElement, plain_text_input: textInput, number_input: textInput,
  email_text_input: textInput, url_text_input: textInput, rich_text_input: textInput, file_input: fileInput,
  ...Object.fromEntries(SELECTS.flatMap((type) => [[type, select], [`multi_${type}`, select]])),
};

/** The node of one element; none where it is for others only. `context` is `{surface, block, form?}`. */
export function elementNode(element, context) {
  if (element?.visible_to_user_ids?.length && !element.visible_to_user_ids.includes(me())) return null;
  const make = ELEMENTS[element?.type];
  return make ? make(element, context) : h("span", { class: "unavailable" }, `The element ${element?.type} is not drawn here.`);
}
