// What a click tells: texts of streets, vehicles and sensors.

import { KINDS, actionPair, age, clockTime, compass, element, figure, number, pair, percent, signed } from "./words.js";

const ORDER = ["forward", "backward", "both"];
const COLUMNS = [["riktning", "direction"], ["åtgärd", "action"], ["tid", "time"], ["andel", "share"]];
const WHOLE_STEP_MS = 5 * 60_000; // the API tells by five minutes since when a street was whole

function when(ms, nowMs) {
  return [
    element("time", { datetime: new Date(ms).toISOString() }, clockTime(ms, nowMs)),
    " ",
    element("span", { class: "quiet" }, age(ms, nowMs)),
  ];
}

function fromTo({ firstMs, ms }, nowMs) {
  const [first, last] = [firstMs, ms].map((at) => clockTime(at, nowMs));
  if (first === last) return when(ms, nowMs);
  return [element("time", { datetime: new Date(firstMs).toISOString() }, first), "–", ...when(ms, nowMs)];
}

/** `helt 03:00, senast 06:00 på 3 %`: where the latest passes are not those that made it whole. */
function wholeSince({ wholeMs, firstMs, ms, share }, nowMs) {
  if (wholeMs === null || ms - wholeMs < WHOLE_STEP_MS) return [];
  const [since, last] = [wholeMs, ms].map((at) => clockTime(at, nowMs));
  const [on, of] = wholeMs < firstMs ? [` på ${percent(share)}`, ` on ${percent(share)}`] : ["", ""];
  return [element("p", { class: "quiet" }, pair(`helt ${since}, senast ${last}${on}`, `whole ${since}, latest ${last}${of}`))];
}

/** What was spread of one material: `SALT 0,8 kg, 12 g/m²`; what nobody knows is said to be unknown. */
function amount({ material, kg, litres, g_per_m2: grams, ml_per_m2: millilitres }) {
  const figures = [[kg, "kg"], [litres, "l"], [grams, "g/m²"], [millilitres, "ml/m²"]];
  const known = figures.filter(([value]) => value).map(([value, unit]) => `${figure(value)} ${unit}`);
  const unknown = kg === null && litres === null ? [" ", pair("okänd mängd", "unknown amount")] : [];
  return element("p", {}, [material, known.join(", ")].filter(Boolean).join(" "), ...unknown);
}

/** Who did it, the latest first. */
function doneBy({ contractor, contractors }) {
  const names = [contractor, ...contractors.filter((name) => name !== contractor)].filter(Boolean);
  return names.length ? [element("p", { class: "quiet" }, names.join(", "))] : [];
}

/** A segment: its street as a whole, and per direction what was done here, when, by whom, and on how much of it. */
export function segmentPopup(segment, nowMs) {
  const ways = Object.entries(segment.directions).sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const heads = COLUMNS.map((texts) => element("th", { scope: "col" }, element("span", { class: "unseen" }, pair(...texts))));
  const groups = ways.map(([way, { done }]) => directionRows(segment, way, done, nowMs));
  return element(
    "div",
    { class: "popup" },
    element("h3", { tabindex: -1 }, segment.name || "–"),
    element(
      "p",
      {},
      pair(
        `${KINDS[segment.kind][0]}, vinterklass ${segment.winter_class}`,
        `${KINDS[segment.kind][1]}, winter class ${segment.winter_class}`,
      ),
    ),
    wholeStreet(segment.street, nowMs),
    parts(segment),
    element("table", {}, element("thead", {}, element("tr", {}, ...heads)), ...groups),
    element(
      "p",
      { class: "quiet" },
      pair("Senaste åtgärd av varje slag, de senaste 24 timmarna.", "Latest treatment of each kind, the last 24 hours."),
    ),
  );
}

function directionRows(segment, way, done, nowMs) {
  const name =
    way === "both" ? pair("hela bredden", "full width") : pair(...compass(segment.latlngs, way === "backward"));
  const head = element("th", { scope: "rowgroup", rowspan: Math.max(1, done.length) }, name);
  if (!done.length) {
    const none = element("td", { colspan: 3 }, pair("inte åtgärdad", "not treated"));
    return element("tbody", {}, element("tr", {}, head, none));
  }
  const sorted = [...done].sort((a, b) => b.ms - a.ms);
  const rows = sorted.map((one, i) =>
    element(
      "tr",
      {},
      ...(i ? [] : [head]),
      element("td", {}, actionPair(one.code), ...one.spread.map(amount), ...doneBy(one)),
      element("td", {}, ...fromTo(one, nowMs), ...wholeSince(one, nowMs)),
      element("td", { class: "figure" }, percent(one.share)),
    ),
  );
  return element("tbody", {}, ...rows);
}

/** Which of its street's segments this is, and buttons to the ones beside it. */
function parts(segment) {
  const { segments } = segment.street;
  if (segments.length < 2) return "";
  const [which, all] = [number(segments.indexOf(segment) + 1), number(segments.length)];
  return element(
    "p",
    { class: "parts" },
    element("button", { type: "button", "data-step": -1 }, pair("Föregående", "previous")),
    element("span", { "aria-live": "polite" }, pair(`del ${which} av ${all}`, `part ${which} of ${all}`)),
    element("button", { type: "button", "data-step": 1 }, pair("Nästa", "next")),
  );
}

function wholeStreet(street, nowMs) {
  const latest = street.latest ? [", ", pair("senast", "latest"), " ", ...when(street.latest, nowMs)] : [];
  return element("p", {}, pair("Hela gatan:", "The whole street:"), ` ${percent(street.share)} `, pair("klart", "done"), ...latest);
}

export function vehiclePopup(properties, nowMs) {
  const { name, contractor_name: contractor, registered, actions, working, speed_kmh: speed, time } = properties;
  const doing = actions.length ? actions.flatMap((code) => [actionPair(code), element("br")]).slice(0, -1) : [];
  return element(
    "div",
    { class: "popup" },
    element("h3", {}, name),
    element("p", {}, contractor, ...unregistered(registered)),
    element("p", {}, ...(doing.length ? doing : [pair("transport", "in transit")])),
    working || !doing.length ? "" : element("p", {}, pair("lämnar ingen åtgärdad gata", "leaves no treated street")),
    element("p", {}, speed === null ? "" : `${number(speed)} km/h, `, ...when(Date.parse(time), nowMs)),
  );
}

function unregistered(registered) {
  return registered ? [] : [" – ", pair("inte i registret", "not registered")];
}

export function trafficPopup(sensor, nowMs) {
  const rows = sensor.series.map(({ direction, lane, vehicle_type: type, ...series }) => {
    const toMs = Date.parse(series.to);
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, seriesName(lane, direction, type)),
      element("td", { class: "figure" }, series.vehicles_per_hour === null ? "–" : `${number(series.vehicles_per_hour)}/h`),
      element("td", { class: "figure" }, series.speed_kmh === null ? "–" : `${number(series.speed_kmh)} km/h`),
      element("td", {}, ...(toMs === sensor.toMs ? [] : when(toMs, nowMs))), // else the time below is its own
    );
  });
  return element(
    "div",
    { class: "popup" },
    element("h3", {}, sensor.name, ...unregistered(sensor.series[0].registered)),
    element("p", {}, pair("fordon per timme, medelhastighet", "vehicles per hour, mean speed")),
    element("table", {}, element("tbody", {}, ...rows)),
    element("p", {}, ...when(sensor.toMs, nowMs)),
  );
}

function seriesName(lane, direction, type) {
  const ways = { forward: ["framåt", "forward"], backward: ["bakåt", "backward"] };
  const [sv, en] = ways[direction] ?? ["båda riktningar", "both directions"];
  const where = lane === null ? ["", ""] : [`, körfält ${lane}`, `, lane ${lane}`];
  return pair(sv + where[0] + (type ? `, ${type}` : ""), en + where[1] + (type ? `, ${type}` : ""));
}

export function snowPopup(properties, nowMs) {
  const { name, registered, depth_m: depth, change_m: change, change_from: from, time } = properties;
  return element(
    "div",
    { class: "popup" },
    element("h3", {}, name, ...unregistered(registered)),
    element("p", {}, element("strong", {}, `${number(depth * 100)} cm `), pair("snödjup", "snow depth")),
    change === null
      ? ""
      : element("p", {}, `${signed(change * 100)} cm `, pair(...["sedan", "since"].map((word) => `${word} ${clockTime(Date.parse(from), nowMs)}`))),
    element("p", {}, ...when(Date.parse(time), nowMs)),
  );
}
