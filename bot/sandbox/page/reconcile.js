// Keeps a list of nodes in step with data: what did not change keeps its node, and with it focus, caret and open parts.

/**
 * Make `container` show `entries` in order. An entry is `{key, version, make, update?}`: a node with the same key is kept
 * while every part of `version` is the same; else `update(node)` is asked first, and `make()` replaces it.
 */
export function reconcile(container, entries) {
  const wanted = new Set(entries.map((entry) => entry.key));
  const old = new Map();
  // What is gone goes first: what stays then need not be moved, which would take its focus.
  for (const node of [...container.children]) {
    if (wanted.has(node.reconcileKey)) old.set(node.reconcileKey, node);
    else node.remove();
  }
  let place = container.firstElementChild;
  for (const entry of entries) {
    const known = old.get(entry.key);
    const node = current(known, entry);
    if (known && node !== known) {
      if (place === known) place = known.nextElementSibling;
      known.replaceWith(node);
      if (node.nextElementSibling === place) continue;
    }
    if (node === place) place = place.nextElementSibling;
    else container.insertBefore(node, place);
  }
}

function current(known, entry) {
  if (known && same(known.reconcileVersion, entry.version)) return known;
  let node = known;
  if (!known || !entry.update?.(known)) node = entry.make();
  node.reconcileKey = entry.key;
  node.reconcileVersion = entry.version;
  return node;
}

function same(left, right) {
  return left.length === right.length && left.every((part, index) => part === right[index]);
}
