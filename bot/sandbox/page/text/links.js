// Links in what people and apps write. Only web and mail addresses become links; everything else stays text.

import { h } from "../dom.js";
import { fromPermalink } from "../route.js";

const ALLOWED = new Set(["http:", "https:", "mailto:"]);

/** The address if it may be opened, else null. */
export function safeHref(url) {
  try {
    const parsed = new URL(url);
    return ALLOWED.has(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link node, or the plain text when the address may not be opened. */
export function link(url, label = null) {
  const href = safeHref(url);
  const words = label ?? url;
  if (!href) return document.createTextNode(typeof words === "string" ? words : url);
  const shown = typeof words === "string" ? words : [words];
  const inPage = inPageHref(href);
  if (inPage) return h("a", { href: inPage }, shown);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, shown);
}

// A link to a message of this workspace stays on this page.
function inPageHref(href) {
  const { origin, pathname, search, hash } = new URL(href);
  if (origin !== location.origin) return null;
  if (pathname === "/" && hash.startsWith("#/")) return hash;
  return fromPermalink(pathname, search);
}

const BARE = /https?:\/\/[^\s<>"'`]+/g;

/** Text in which bare web addresses are links. */
export function linkified(text) {
  const parts = [];
  let place = 0;
  for (const match of text.matchAll(BARE)) {
    const url = trimmed(match[0]);
    parts.push(text.slice(place, match.index), link(url));
    place = match.index + url.length;
  }
  parts.push(text.slice(place));
  return parts.filter((part) => part !== "");
}

// A sentence's full stop or bracket after an address is not part of it.
function trimmed(url) {
  const bare = url.replace(/[.,;:!?*_~]+$/, "");
  return bare.endsWith(")") && !bare.includes("(") ? bare.slice(0, -1) : bare;
}
