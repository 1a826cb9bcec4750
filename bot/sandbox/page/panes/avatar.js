// The small square that stands for a person or an app.

import { h } from "../dom.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";

/** The avatar of a user id; apps get the app's picture. */
export function avatar(userId, className = "") {
  const user = store.users.get(userId);
  if (user?.is_bot) return h("img", { class: `avatar ${className}`, src: "/page/icon.svg", alt: "", width: "36", height: "36" });
  const node = h("span", { class: `avatar letters ${className}`, "aria-hidden": "true" }, userId === "USLACKBOT" ? "✱" : nameOf(userId).slice(0, 1).toUpperCase());
  // Slack's own colours, which come with the user, are data: only six hex digits become a colour.
  if (/^[0-9a-f]{6}$/i.test(user?.color ?? "")) node.style.setProperty("background-color", `#${user.color}`);
  return node;
}
