// Dates in the reader's own time zone and language, and Slack's <!date^…> patterns.

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const TIME = format({ hour: "numeric", minute: "2-digit" });
const TIME_SECONDS = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const LONG = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const MIDDLE = format({ day: "numeric", month: "long", year: "numeric" });
const SHORT = format({ day: "numeric", month: "short", year: "numeric" });
const SLASHED = format({ day: "2-digit", month: "2-digit", year: "numeric" });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });

/** The moment of a message's `ts`. */
export function momentOf(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

/** For example 14:05. */
export function timeOf(ts) {
  return TIME.format(momentOf(ts));
}

/** The same without a.m. and p.m., for narrow places. */
export function bareTimeOf(ts) {
  return timeOf(ts).replace(/\s*[ap]\.?m\.?/i, "");
}

/** Day and time in full, for tooltips. */
export function fullTimeOf(ts) {
  const moment = momentOf(ts);
  return `${LONG.format(moment)}, ${TIME_SECONDS.format(moment)}`;
}

/** Two messages of the same day have the same key. */
export function dayKey(ts) {
  const moment = momentOf(ts);
  return `${moment.getFullYear()}-${moment.getMonth()}-${moment.getDate()}`;
}

/** Today, Yesterday, or the day. */
export function dayName(ts) {
  const moment = momentOf(ts);
  return nearName(moment) ?? (moment.getFullYear() === new Date().getFullYear() ? DAY : LONG).format(moment);
}

function nearName(moment) {
  const days = Math.round((midnight(moment) - midnight(new Date())) / 86_400_000);
  return { 0: "Today", "-1": "Yesterday", 1: "Tomorrow" }[days] ?? null;
}

function midnight(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}

/** How long ago, in words: "just now", "5 minutes ago", "2 days ago". */
export function ago(moment) {
  const seconds = Math.round((Date.now() - moment.getTime()) / 1000);
  if (Math.abs(seconds) < 45) return "just now";
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3_600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return words.format(-Math.round(seconds / size), unit);
  }
  return words.format(-seconds, "second");
}

const PATTERNS = {
  date_num: (moment) => moment.toLocaleDateString("sv-SE"),
  date_slash: (moment) => SLASHED.format(moment),
  date: (moment) => MIDDLE.format(moment),
  date_short: (moment) => SHORT.format(moment),
  date_long: (moment) => LONG.format(moment),
  date_pretty: (moment) => lower(nearName(moment)) ?? MIDDLE.format(moment),
  date_short_pretty: (moment) => lower(nearName(moment)) ?? SHORT.format(moment),
  date_long_pretty: (moment) => lower(nearName(moment)) ?? LONG.format(moment),
  day_divider_pretty: (moment) => nearName(moment) ?? DAY.format(moment),
  time: (moment) => TIME.format(moment),
  time_secs: (moment) => TIME_SECONDS.format(moment),
  ago: (moment) => ago(moment),
};

function lower(name) {
  return name?.toLowerCase() ?? null;
}

/** A `<!date^seconds^pattern>` in words; the fallback when it cannot be read. */
export function patternedDate(seconds, pattern, fallback) {
  const moment = new Date(Number(seconds) * 1000);
  if (!/^\d+$/.test(String(seconds)) || Number.isNaN(moment.getTime())) return fallback;
  const words = pattern.replace(/\{(\w+)\}/g, (whole, name) => PATTERNS[name]?.(moment) ?? whole);
  return words.charAt(0).toUpperCase() === words.charAt(0) ? words : capitalised(words, pattern);
}

// "{date_pretty}" at the start of the pattern begins a sentence.
function capitalised(words, pattern) {
  return pattern.startsWith("{") ? words.charAt(0).toUpperCase() + words.slice(1) : words;
}
