// What this browser remembers: who I am, the theme, what was read. Private windows may refuse; then it lasts until reload.

const PREFIX = "sandbox.";
const memory = new Map();

/** The remembered value, or `fallback`. */
export function recall(key, fallback) {
  try {
    const stored = localStorage.getItem(PREFIX + key);
    if (stored !== null) return JSON.parse(stored);
  } catch {
    // Refused or damaged: the memory below is what there is.
  }
  return memory.has(key) ? memory.get(key) : fallback;
}

/** Remember a value; null forgets it. */
export function remember(key, value) {
  memory.set(key, value);
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // See above.
  }
}
