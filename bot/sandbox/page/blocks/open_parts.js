// Which folded parts a person has opened or closed, so that an update of the message leaves them as they are.

const known = new Map();

/** Whether this part is open; `fallback` when nobody touched it. */
export function isOpen(key, fallback) {
  return known.get(key) ?? fallback;
}

/** Remember that a person opened or closed it. */
export function setOpen(key, open) {
  known.set(key, open);
}
