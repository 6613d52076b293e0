// Texts: Swedish first, English beside it; numbers and times as Swedes write them.

export const ACTIONS = {
  PLOUGHING: ["plogning", "ploughing"],
  SIDE_PLOUGHING: ["sidoplogning", "side ploughing"],
  BANK_LOWERING: ["vikplogning", "lowering of snow banks"],
  SLUSH_DITCHING: ["slaskdikning", "slush ditching"],
  GRADING: ["hyvling", "grading"],
  DRAGGING: ["sladdning", "dragging"],
  SALTING_DRY: ["saltning, torr", "salting, dry"],
  SALTING_PREWETTED: ["saltning, befuktad", "salting, prewetted"],
  SALTING_BRINE: ["saltlösning", "brine"],
  SANDING_LINE: ["sandning", "sanding"],
  SANDING_SPOT: ["punktsandning", "spot sanding"],
  SNOW_REMOVAL: ["snöbortforsling", "snow removal"],
  SWEEPING: ["sopning", "sweeping"],
  SWEEP_SALTING: ["sopsaltning", "sweep salting"],
  SAND_COLLECTION: ["sandupptagning", "sand collection"],
  ICE_REMOVAL: ["borttagning av svallis", "ice removal"],
  MELTWATER: ["smältvattensåtgärd", "meltwater"],
  SNOW_STAKES: ["snöstörning", "snow stakes"],
  INSPECTION: ["väglagskontroll", "inspection"],
  OTHER: ["övrigt", "other"],
  UNKNOWN: ["okänd åtgärd", "unknown action"],
};

const COMPASS = [
  ["norrut", "northbound"],
  ["åt nordost", "north-eastbound"],
  ["österut", "eastbound"],
  ["åt sydost", "south-eastbound"],
  ["söderut", "southbound"],
  ["åt sydväst", "south-westbound"],
  ["västerut", "westbound"],
  ["åt nordväst", "north-westbound"],
];

export const KINDS = {
  carriageway: ["körbana", "carriageway"],
  gc: ["gång- och cykelväg", "foot- and cycleway"],
  area: ["yta", "area"],
};

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const clock = new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("sv-SE", { weekday: "short", hour: "2-digit", minute: "2-digit" });
const one = new Intl.NumberFormat("sv-SE", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("sv-SE", { maximumFractionDigits: 0 });

/** An element with text or children; attributes by name. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Swedish text with its English beside it. */
export function pair(sv, en) {
  const both = document.createDocumentFragment();
  both.append(element("span", { class: "sv" }, sv), " ", element("span", { class: "en", lang: "en" }, en));
  return both;
}

export function actionPair(code) {
  return pair(...(ACTIONS[code] ?? [code, code]));
}

export function kilometres(metres) {
  return `${metres < 99_500 ? one.format(metres / 1000) : whole.format(metres / 1000)} km`;
}

export function number(value) {
  return whole.format(value);
}

/** With a decimal below ten: `0,8`, `12`. */
export function figure(value) {
  return (value < 9.95 ? one : whole).format(value);
}

export function signed(value) {
  return `${value > 0 ? "+" : value < 0 ? "−" : "±"}${whole.format(Math.abs(value))}`;
}

export function percent(share) {
  const rounded = Math.round(share * 100);
  // never "100 %" of a street that is not done, nor "0 %" of one that was begun
  return `${share < 1 && rounded === 100 ? 99 : share > 0 && rounded === 0 ? 1 : rounded} %`;
}

/** `07:42` today, `mån 07:42` before. */
export function clockTime(ms, nowMs) {
  const today = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return today || nowMs - ms < DAY_MS / 2 ? clock.format(ms) : day.format(ms);
}

/** How long ago: `5 min`, `2 h 10 min`. */
export function age(ms, nowMs) {
  const minutes = Math.max(0, Math.floor((nowMs - ms) / MINUTE_MS));
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest && minutes < 600 ? `${Math.floor(minutes / 60)} h ${rest} min` : `${Math.floor(minutes / 60)} h`;
}

/** Which way one drives along `[lat, lon]` points. */
export function compass(latlngs, backward) {
  const [from, to] = backward ? [latlngs.at(-1), latlngs[0]] : [latlngs[0], latlngs.at(-1)];
  const east = (to[1] - from[1]) * Math.cos((from[0] * Math.PI) / 180);
  const degrees = (Math.atan2(east, to[0] - from[0]) * 180) / Math.PI;
  return COMPASS[Math.round((degrees + 360) / 45) % 8];
}
