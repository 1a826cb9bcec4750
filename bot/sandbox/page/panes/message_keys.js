// The keyboard in a list of messages: arrows go from one to the next, Enter opens the thread, Esc goes back to the box.

/** Handle one key; only for a message itself or its list, never for a control inside. */
export function moveAmongMessages(event, scroller) {
  const row = event.target.closest(".message");
  if (event.target !== scroller && event.target !== row) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    focusRow(next(scroller, row, event.key === "ArrowUp" ? -1 : 1));
  } else if (row && event.key === "Enter") {
    event.preventDefault();
    row.querySelector("[data-tool=thread]")?.click();
  }
}

function next(scroller, row, step) {
  const rows = [...scroller.querySelectorAll(".message")];
  if (row) return rows[rows.indexOf(row) + step] ?? null;
  const { top, bottom } = scroller.getBoundingClientRect();
  const seen = rows.filter((one) => one.getBoundingClientRect().bottom > top && one.getBoundingClientRect().top < bottom);
  return step < 0 ? seen[seen.length - 1] : seen[0];
}

function focusRow(row) {
  if (!row) return;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}
