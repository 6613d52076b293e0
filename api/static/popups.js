// What a click tells: texts of streets, vehicles and sensors.

import { KINDS, actionPair, age, clockTime, compass, element, figure, number, pair, percent, signed } from "./words.js";

const ORDER = ["forward", "backward", "both"];

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
  const rows = ways.flatMap(([way, { done }]) => {
    const name =
      way === "both" ? pair("hela bredden", "full width") : pair(...compass(segment.latlngs, way === "backward"));
    const sorted = [...done].sort((a, b) => b.ms - a.ms);
    const head = element("th", { scope: "rowgroup", rowspan: Math.max(1, sorted.length) }, name);
    if (!sorted.length) {
      return [element("tr", {}, head, element("td", { colspan: 3 }, pair("inte åtgärdad", "not treated")))];
    }
    return sorted.map((done, i) =>
      element(
        "tr",
        {},
        ...(i ? [] : [head]),
        element("td", {}, actionPair(done.code), ...done.spread.map(amount), ...doneBy(done)),
        element("td", {}, ...fromTo(done, nowMs)),
        element("td", { class: "figure" }, percent(done.share)),
      ),
    );
  });
  return element(
    "div",
    { class: "popup" },
    element("h3", {}, segment.name || "–"),
    element(
      "p",
      {},
      pair(
        `${KINDS[segment.kind][0]}, vinterklass ${segment.winter_class}`,
        `${KINDS[segment.kind][1]}, winter class ${segment.winter_class}`,
      ),
    ),
    segment.street ? wholeStreet(segment.street, nowMs) : "",
    element("table", {}, element("tbody", {}, ...rows)),
    element("p", { class: "quiet" }, pair("Här, de senaste 24 timmarna.", "Here, the last 24 hours.")),
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
  const rows = sensor.series.map(({ direction, lane, vehicle_type: type, ...series }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, seriesName(lane, direction, type)),
      element("td", { class: "figure" }, series.vehicles_per_hour === null ? "–" : `${number(series.vehicles_per_hour)}/h`),
      element("td", { class: "figure" }, series.speed_kmh === null ? "–" : `${number(series.speed_kmh)} km/h`),
    ),
  );
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
      : element("p", {}, `${signed(change * 100)} cm `, pair(`sedan ${clockTime(Date.parse(from), nowMs)}`, "since")),
    element("p", {}, ...when(Date.parse(time), nowMs)),
  );
}
