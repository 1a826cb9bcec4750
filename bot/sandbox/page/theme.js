// Light or dark: what the system says, unless this browser was told otherwise.

import { recall, remember } from "./storage.js";

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now. */
export function isDark() {
  const chosen = recall("theme", null);
  return chosen ? chosen === "dark" : prefersDark.matches;
}

/** Put the theme on the page, now and whenever the system changes. */
export function applyTheme() {
  const put = () => document.documentElement.setAttribute("data-theme", isDark() ? "dark" : "light");
  prefersDark.addEventListener("change", put);
  put();
}

/** The other one, remembered; the system's own choice is not remembered, so it is followed again. */
export function toggleTheme() {
  const next = isDark() ? "light" : "dark";
  remember("theme", next === (prefersDark.matches ? "dark" : "light") ? null : next);
  document.documentElement.setAttribute("data-theme", next);
}
