// Who the person at the screen is. It lives in this tab only: the server believes whatever a call says.

import { store } from "./store.js";
import { recall, remember } from "./storage.js";

let current = null;

/** The id of the person at the screen. */
export function me() {
  return current;
}

/** The people one can be: members who are neither bots nor gone. */
export function people() {
  return [...store.users.values()].filter((user) => !user.is_bot && !user.deleted && user.id !== "USLACKBOT");
}

/** Choose at the start: `?user=ana`, else who it was last time, else the first person. Later it stays as it is. */
export function chooseFirst() {
  if (store.users.has(current)) return;
  const wanted = new URLSearchParams(location.search).get("user") ?? recall("user", null);
  const everybody = people();
  const found = everybody.find((user) => user.id === wanted || user.name === wanted) ?? everybody[0];
  current = found?.id ?? null;
}

/** Become somebody else. */
export function become(userId) {
  current = userId;
  remember("user", userId);
  const address = new URL(location.href);
  if (address.searchParams.has("user")) {
    address.searchParams.set("user", store.users.get(userId)?.name ?? userId);
    history.replaceState(null, "", address);
  }
  store.emit("me", {});
}
