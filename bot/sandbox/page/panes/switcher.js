// "You are ana": whom this tab acts as, and who of the others has something waiting.

import { h } from "../dom.js";
import { openMenu } from "../elements/menu.js";
import { icon } from "../icons.js";
import { become, me, people } from "../identity.js";
import { unreadTotal } from "../reads.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";
import { avatar } from "./avatar.js";

/** The button at the foot of the sidebar. */
export function whoAmI() {
  const waiting = people().filter((user) => user.id !== me()).reduce((sum, user) => sum + unreadTotal(user.id), 0);
  const button = h("button", { class: "who", type: "button", "data-keep": "who", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": `You are ${nameOf(me())}. Switch person` },
    avatar(me()), h("span", { class: "who-words" }, h("span", { class: "who-label" }, "You are"), h("span", { class: "who-name" }, nameOf(me()))),
    waiting ? h("span", { class: "badge", title: "New for the others" }, waiting) : null, icon("down", "icon who-arrow"));
  button.addEventListener("click", () => openMenu(button, people().map(entry), { label: "Act as", className: "who-menu" }));
  return button;
}

function entry(user) {
  const count = unreadTotal(user.id);
  return {
    label: nameOf(user.id), detail: user.real_name, current: user.id === me(), lead: avatar(user.id), hooks: { "data-user": user.name },
    badge: count ? h("span", { class: "badge", "aria-label": `${count} new` }, count) : null,
    choose: () => {
      if (store.users.has(user.id)) become(user.id);
    },
  };
}
