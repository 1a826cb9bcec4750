// Files in a message: pictures as pictures, text with its first lines, everything with a download.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { reconcile } from "../reconcile.js";

const UNFOLDED_BYTES = 100_000;

/** Make `node` show these files. */
export function drawFiles(node, files) {
  reconcile(node, files.map((file) => ({ key: file.id, version: [JSON.stringify(file)], make: () => fileNode(file) })));
}

function fileNode(file) {
  if (file.mode === "tombstone" || file.is_deleted) return h("div", { class: "file gone" }, "This file was deleted.");
  const address = localAddress(file);
  const facts = [file.pretty_type || file.filetype || "File", sizeWords(file.size)].filter(Boolean).join(" · ");
  const download = address && h("a", { class: "tool file-download", href: `${address}?download=1`, download: file.name ?? "", "aria-label": `Download ${file.name}` }, icon("download"), h("span", {}, "Download"));
  const head = h("div", { class: "file-head" }, icon("file", "icon file-icon"),
    h("span", { class: "file-words" }, h("span", { class: "file-name" }, file.title || file.name || "File"), h("span", { class: "file-facts" }, facts)), download);
  return h("div", { class: "file", "data-file-id": file.id }, head, preview(file, address));
}

// Only files of this workspace are fetched and shown.
function localAddress(file) {
  try {
    const parsed = new URL(file.url_private, location.origin);
    return parsed.pathname.startsWith("/files/") ? parsed.pathname : null;
  } catch {
    return null;
  }
}

function preview(file, address) {
  if (address && /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype ?? "")) return h("img", { class: "picture", src: address, alt: file.alt_txt || file.title || file.name || "Picture", loading: "lazy" });
  if (!file.preview) return null;
  const text = h("pre", { class: "pre file-text", tabindex: "0", "aria-label": `Beginning of ${file.name}` }, file.preview);
  const more = address && h("button", { class: "link-button", type: "button", onclick: () => unfold(text, more, file, address) }, "Show more");
  const long = file.preview_is_truncated || file.preview.split("\n").length > 8;
  return [text, long ? more : null];
}

async function unfold(text, more, file, address) {
  more.disabled = true;
  const { words, isCut } = await beginning(address, file.preview);
  text.textContent = words;
  text.classList.add("unfolded");
  more.replaceWith(isCut ? h("p", { class: "file-cut" }, `The first ${sizeWords(UNFOLDED_BYTES)} are shown. Download the file to read all of it.`) : "");
}

// Only the beginning is read: a log may be hundreds of megabytes.
async function beginning(address, fallback) {
  try {
    const response = await fetch(address);
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let words = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return { words, isCut: false };
      words += decoder.decode(value, { stream: true });
      if (words.length >= UNFOLDED_BYTES) {
        await reader.cancel();
        return { words: words.slice(0, UNFOLDED_BYTES), isCut: true };
      }
    }
  } catch {
    return { words: fallback, isCut: true };
  }
}

/** A size in words, in decimal units. */
export function sizeWords(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const units = ["bytes", "kB", "MB", "GB"];
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), 3);
  const size = bytes / 1000 ** power;
  return `${power && size < 10 ? size.toFixed(1) : Math.round(size)} ${units[power]}`;
}
