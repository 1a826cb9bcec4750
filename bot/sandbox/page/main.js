// The beginning: the theme, the address, the state, the stream. Everything else is in its own module.

import { chooseFirst } from "./identity.js";
import { announce } from "./panes/announcer.js";
import { Shell } from "./panes/shell.js";
import { fromPermalink } from "./route.js";
import { store } from "./store.js";
import { follow } from "./stream.js";
import { applyTheme } from "./theme.js";

function fromArchives() {
  const address = fromPermalink(location.pathname, location.search);
  if (address) history.replaceState(null, "", `/${address}`);
}

applyTheme();
fromArchives();
// Who I am is settled before anything is drawn for me.
store.on(["loaded"], () => chooseFirst());
new Shell(document.getElementById("workspace"));
announce();
follow();
