// Tells screen readers and the tab's title what is new. It draws nothing else.

import { me } from "../identity.js";
import { isVisible, unreadTotal } from "../reads.js";
import { store } from "../store.js";
import { authorOf, summaryOf } from "./message.js";

/** Begin to tell. */
export function announce() {
  const region = document.getElementById("announcements");
  store.on(["message"], ({ message, isNew }) => {
    if (isNew && message.user && message.user !== me() && isVisible(message) && store.channels.get(message.channel)?.members?.includes(me())) {
      region.textContent = `${message.is_ephemeral ? "Only visible to you, " : ""}${authorOf(message)}: ${summaryOf(message)}`;
    }
  });
  store.on(["loaded", "message", "read", "me"], () => {
    const count = unreadTotal(me());
    document.title = `${count ? `(${count}) ` : ""}${store.team.name || "Sandbox"} workspace`;
  });
}
