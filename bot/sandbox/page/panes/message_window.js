// Which messages of a long list are drawn: those from one `ts` to another, or to the end. It knows nothing of nodes.

const START = 50;
const MOST = 150;
// More at once would hold up a frame while scrolling.
const STEP = 10;

/** The window; it stands at the end at first. */
export class MessageWindow {
  constructor() {
    this.from = null;
    this.to = null;
  }

  /** Whether the newest message is inside. */
  get isAtEnd() {
    return this.to === null;
  }

  /** The places `{first, end}` in `all`: the first that is drawn, and the one after the last. */
  bounds(all) {
    const end = this.to === null ? all.length : placeOf(all, this.to) + 1;
    const first = this.from === null ? Math.max(0, end - START) : Math.min(placeOf(all, this.from), end);
    return { first, end };
  }

  /** Stand at the end again. */
  toEnd() {
    this.from = null;
    this.to = null;
  }

  /** Stand around one message. */
  around(all, ts) {
    const place = placeOf(all, ts);
    if (all[place]?.ts !== ts) return;
    this.from = all[Math.max(0, place - START)].ts;
    const last = place + START;
    this.to = last < all.length - 1 ? all[last].ts : null;
  }

  /** New messages came: who reads at the end goes along with them, who reads above keeps what is drawn. */
  follow(all, atEnd) {
    const { first, end } = this.bounds(all);
    if (this.to !== null || end - first === 0) return;
    if (atEnd) {
      if (end - first > MOST) this.from = all[end - START].ts;
      return;
    }
    this.from = all[first].ts;
    if (end - first > MOST + STEP) this.to = all[first + MOST - 1].ts;
  }

  /** Take older messages in; false when there are none. */
  older(all) {
    const { first, end } = this.bounds(all);
    if (first === 0) return false;
    const next = Math.max(0, first - STEP);
    this.from = all[next].ts;
    if (end - next > MOST) this.to = all[next + MOST - 1].ts;
    return true;
  }

  /** Take newer messages in; false when there are none. */
  newer(all) {
    if (this.to === null) return false;
    const { first, end } = this.bounds(all);
    const next = Math.min(all.length, end + STEP);
    this.to = next === all.length ? null : all[next - 1].ts;
    this.from = all[Math.max(first, next - MOST)].ts;
    return true;
  }
}

// The place of the first message that is not older; messages may have been deleted meanwhile.
function placeOf(all, ts) {
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle].ts < ts) low = middle + 1;
    else high = middle;
  }
  return Math.max(low, 0);
}
