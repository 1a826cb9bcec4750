// Who somebody is: the badges beside a name, and the card that opens at it.

import { h } from "../dom.js";
import { openPopover } from "../elements/popover.js";
import { me } from "../identity.js";
import { href } from "../route.js";
import { store } from "../store.js";
import { nameOf } from "../text/mentions.js";
import { avatar } from "./avatar.js";

/** What is special about a person, in words: deactivated, a guest, or from another workspace. */
export function kindOf(user) {
  if (user?.deleted) return { label: "Deactivated", words: "This account is deactivated." };
  if (user?.is_stranger) return { label: "External", words: "From another workspace, through a shared channel." };
  if (user?.is_ultra_restricted) return { label: "Guest", words: "A guest of one channel." };
  if (user?.is_restricted) return { label: "Guest", words: "A guest of some channels." };
  return null;
}

/** The badge beside a name, or null. */
export function badges(userId) {
  const kind = kindOf(store.users.get(userId));
  return kind && h("span", { class: "person-badge", title: kind.words }, kind.label);
}

/** Open the card of a person or an app. */
export function openProfile(anchor, userId) {
  const user = store.users.get(userId);
  if (!user) return;
  const kind = kindOf(user);
  const { title, email, status_text: status } = user.profile ?? {};
  const facts = [["Name", user.name], ["Title", title], ["Status", status], ["Email", email], ["Time zone", user.tz_label], ["Id", user.id]].filter(([, value]) => value);
  const message = userId !== me() && !user.deleted && h("a", { class: "button", href: href(userId) }, "Message");
  const card = h("div", { class: "profile", role: "dialog", "aria-label": user.real_name || nameOf(userId) },
    h("div", { class: "profile-head" }, avatar(userId), h("div", {}, h("div", { class: "profile-name" }, user.real_name || nameOf(userId)), user.is_bot ? h("span", { class: "app-badge" }, "APP") : badges(userId))),
    kind && h("p", { class: "profile-kind" }, kind.words),
    h("dl", { class: "profile-facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    message);
  const close = openPopover(anchor, card);
  card.addEventListener("click", (event) => event.target.closest("a") && close(false));
  const first = card.querySelector("a");
  if (first) first.focus();
  else {
    card.tabIndex = -1;
    card.focus();
  }
}
