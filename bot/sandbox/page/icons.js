// The page's own icons, drawn for it.

import { svg } from "./dom.js";

const STROKES = {
  hash: ["M9 4 7 20", "M17 4l-2 16", "M4 9h16", "M4 15h16"],
  lock: ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  back: ["M15 5l-7 7 7 7"],
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  down: ["M6 9l6 6 6-6"],
  right: ["M9 6l6 6-6 6"],
  check: ["M5 12.5l4.5 4.5L19 7"],
  cross: ["M7 7l10 10", "M17 7 7 17"],
  more: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  reply: ["M20 12a7.5 7.5 0 0 1-7.5 7.5c-1.2 0-2.4-.3-3.4-.7L4 20l1.3-4.4A7.5 7.5 0 1 1 20 12z"],
  link: ["M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.300l-1 1", "M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1"],
  send: ["M4 12l16-8-6 16-3-7z", "M11 13l9-9"],
  eye: ["M3 12s3.500-6 9-6 9 6 9 6-3.500 6-9 6-9-6-9-6z", "M12 14.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z"],
  warning: ["M12 4 2.800 19.500h18.400z", "M12 10v4.500", "M12 17.200h.01"],
  info: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 11v5", "M12 8h.01"],
  file: ["M7 3h7l4 4v14H7z", "M14 3v4h4"],
  download: ["M12 4v11", "M7.500 11l4.500 4.500 4.500-4.500", "M5 20h14"],
  sun: ["M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M12 2.500v2", "M12 19.500v2", "M2.500 12h2", "M19.500 12h2", "M5.300 5.300l1.400 1.400",
    "M17.300 17.300l1.400 1.400", "M5.300 18.700l1.400-1.400", "M17.300 6.700l1.400-1.400"],
  moon: ["M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z"],
  pulse: ["M3 12h4l3-7 4 14 3-7h4"],
  people: ["M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z", "M2.500 20c.5-4 3-6 6.500-6s6 2 6.500 6", "M16 4.500a3.500 3.500 0 0 1 0 6.200",
    "M18.500 14.500c1.800.9 2.800 2.700 3 5.500"],
  smile: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M8.500 14.500c.9 1.300 2.100 2 3.500 2s2.600-.7 3.500-2", "M9 9.500h.01", "M15 9.500h.01"],
  bell: ["M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15z", "M10 21h4"],
  threads: ["M4 5h16v11H10l-4 3.500V16H4z", "M8 9h8", "M8 12h5"],
  bolt: ["M13 3 5 14h6l-1 7 8-11h-6z"],
  plus: ["M12 5v14", "M5 12h14"],
  home: ["M4 11l8-7 8 7", "M6 9.500V20h12V9.500", "M10 20v-6h4v6"],
  copy: ["M9 9h11v11H9z", "M5 15H4V4h11v1"],
  trash: ["M5 7h14", "M9 7V4h6v3", "M7 7l1 13h8l1-13"],
  clip: ["M20 11.500l-8 8a5 5 0 0 1-7-7l8.500-8.500a3.300 3.300 0 0 1 4.700 4.700L10 16.900a1.600 1.600 0 0 1-2.300-2.300l7.300-7.300"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "M16 16l4.500 4.500"],
  play: ["M7 5v14l12-7z"],
  up: ["M6 15l6-6 6 6"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 7v5l3.500 2"],
};

const made = new Map();

/** The icon of this name. Each is made once and copied: every message has some. */
export function icon(name, className = "icon") {
  const key = `${name} ${className}`;
  if (!made.has(key)) made.set(key, svg(STROKES[name], className));
  return made.get(key).cloneNode(true);
}

/** A turning ring: something is going on. */
export function spinner(className = "spinner") {
  return svg(["M12 3a9 9 0 1 1-9 9"], className);
}
