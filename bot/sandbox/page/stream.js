// Follows /sandbox/stream and keeps the store current. After a loss it fetches the state again, so nothing is missed.

import { fetchState } from "./api.js";
import { store } from "./store.js";

const LONGEST_PAUSE = 5_000;

let source = null;
let pause = 250;

/** Fetch the state and follow from there, for as long as the page is open. */
export async function follow() {
  source?.close();
  try {
    store.load(await fetchState());
  } catch {
    lost();
    return;
  }
  source = new EventSource(`/sandbox/stream?after=${store.seq}`);
  source.addEventListener("open", connected);
  source.addEventListener("change", (event) => store.apply(JSON.parse(event.data)));
  source.addEventListener("reset", () => follow());
  source.addEventListener("error", () => {
    source.close();
    lost();
  });
}

function connected() {
  pause = 250;
  store.emit("connection", { connected: true });
}

function lost() {
  store.emit("connection", { connected: false });
  setTimeout(follow, pause);
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}
