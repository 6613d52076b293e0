// Vehicles as arrows, traffic counters and snow sensors as labels: markers that are kept and moved, not made anew.

import { freshen } from "./opened.js";
import { snowPopup, trafficPopup, vehiclePopup } from "./popups.js";
import { ACTIONS, clockTime, element, number } from "./words.js";

const L = window.L;
export const SILENT_MS = 10 * 60_000; // a vehicle unheard for longer may be doing anything
const OLD_MS = 45 * 60_000; // a sensor unheard for longer is drawn dashed
const ARROW = "M0-10 7 8 0 4.2-7 8Z";
const DOT = "M0-6a6 6 0 1 0 0 12a6 6 0 1 0 0-12Z";

function svg(path) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "-13 -13 26 26");
  picture.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(space, "path");
  shape.setAttribute("d", path);
  picture.append(shape);
  return picture;
}

/**
 * Markers by key. `kind` tells how they are made (`html`, `size`, `zIndexOffset`), what a click tells (`popup(item, now)`), and
 * `look(marker, now)` brings one up to date with its item and the hour.
 */
export class Markers {
  constructor(map, clock, kind) {
    Object.assign(this, { clock, kind });
    this.group = L.layerGroup().addTo(map);
    this.known = new Map();
  }

  show(items) {
    const seen = new Set();
    for (const [key, latlng, item] of items) {
      seen.add(key);
      const marker = this.known.get(key) ?? this.#add(key, latlng);
      marker.item = item;
      if (!marker.getLatLng().equals(latlng)) this.#move(marker, latlng);
      this.group.addLayer(marker);
    }
    for (const [key, marker] of this.known) {
      if (seen.has(key)) continue;
      this.group.removeLayer(marker);
      this.known.delete(key);
    }
    this.refresh();
  }

  /** Move a marker, and its popup with it, but not the map: who reads it may have gone elsewhere. */
  #move(marker, latlng) {
    const popup = marker.getPopup();
    popup.options.autoPan = false;
    marker.setLatLng(latlng);
    popup.options.autoPan = true;
  }

  /** Look at all again: who is silent grows old without a new answer. */
  refresh() {
    const now = this.clock();
    for (const marker of this.known.values()) {
      this.kind.look(marker, now);
      if (marker.isPopupOpen()) freshen(marker.getPopup(), this.kind.popup(marker.item, now));
    }
  }

  #add(key, latlng) {
    const { html, size, zIndexOffset, look, popup } = this.kind;
    const icon = L.divIcon({ html: html(), className: "", iconSize: size, iconAnchor: size.map((side) => side / 2) });
    const made = L.marker(latlng, { icon, zIndexOffset });
    made.bindPopup(() => popup(made.item, this.clock()), { maxWidth: 300 });
    made.on("add", () => look(made, this.clock())); // its element is another each time its layer is switched on
    this.known.set(key, made);
    return made;
  }
}

function name(made, className, label) {
  const shown = made.getElement();
  if (!shown) return; // its layer is switched off
  shown.className = shown.className.replace(/\bis-.*$/, "").trim() + ` is-${className}`;
  shown.setAttribute("aria-label", label);
  shown.title = label;
}

/** A vehicle as it is drawn, for the legend. */
export function vehiclePicture(className) {
  return element("span", { class: `is-vehicle ${className}`, "aria-hidden": "true" }, svg(ARROW));
}

export const VEHICLES = {
  html: () => svg(ARROW),
  size: [26, 26],
  zIndexOffset: 1000,
  popup: vehiclePopup,
  look(made, now) {
    const { name: called, heading_deg: heading, actions, working, time } = made.item;
    const shape = made.options.icon.options.html.firstChild;
    shape.setAttribute("d", heading === null ? DOT : ARROW);
    shape.setAttribute("transform", `rotate(${heading ?? 0})`);
    const doing = actions.map((code) => (ACTIONS[code] ?? [code])[0]).join(", ") || "transport";
    const heardMs = Date.parse(time);
    const since = clockTime(heardMs, now);
    const silent = now - heardMs > SILENT_MS;
    const end = silent ? `, tyst sedan ${since}, silent since ${since}` : "";
    name(made, `vehicle ${silent ? "silent" : working ? "working" : "transit"}`, `${called}: ${doing}${end}`);
  },
};

export function vehicleItems(collection) {
  return collection.features.map(({ geometry, properties }) => [
    `${properties.contractor}/${properties.vehicle}`,
    [geometry.coordinates[1], geometry.coordinates[0]],
    properties,
  ]);
}

/** Sum lanes and directions of each sensor; a class counts only where its lane has no total. */
export function trafficBySensor(collection) {
  const sensors = new Map();
  for (const { geometry, properties } of collection.features) {
    if (!geometry) continue;
    const [lon, lat] = geometry.coordinates;
    const sensor = sensors.get(properties.sensor) ?? { name: properties.name, latlng: [lat, lon], series: [] };
    sensors.set(properties.sensor, sensor);
    sensor.series.push(properties);
  }
  for (const sensor of sensors.values()) {
    const lane = ({ lane: number_, direction }) => `${number_} ${direction}`;
    const totals = new Set(sensor.series.filter((series) => series.vehicle_type === null).map(lane));
    const newest = Math.max(...sensor.series.map((series) => Date.parse(series.to)));
    const counted = sensor.series.filter(
      (series) =>
        (series.vehicle_type === null || !totals.has(lane(series))) &&
        series.vehicles_per_hour !== null &&
        Date.parse(series.to) === newest,
    );
    const perHour = counted.reduce((sum, series) => sum + series.vehicles_per_hour, 0);
    const timed = counted.filter((series) => series.speed_kmh !== null && series.vehicles_per_hour > 0);
    const weight = timed.reduce((sum, series) => sum + series.vehicles_per_hour, 0);
    const speed = timed.reduce((sum, series) => sum + series.speed_kmh * series.vehicles_per_hour, 0);
    Object.assign(sensor, { toMs: newest, perHour: counted.length ? perHour : null, speed: weight ? speed / weight : null });
  }
  return sensors;
}

function label(...parts) {
  return element("span", { class: "label" }, ...parts);
}

export const TRAFFIC = {
  html: () => label(element("b"), element("i")),
  size: [0, 0],
  zIndexOffset: 500,
  popup: trafficPopup,
  look(made, now) {
    const { name: called, perHour, speed, toMs } = made.item;
    const [flow, mean] = made.options.icon.options.html.children;
    flow.textContent = perHour === null ? "–" : `${number(perHour)}/h`;
    mean.textContent = speed === null ? "" : ` ${number(speed)} km/h`;
    name(made, `sensor traffic${now - toMs > OLD_MS ? " old" : ""}`, `${called}: ${flow.textContent}${mean.textContent}`);
  },
};

export function trafficItems(collection) {
  return [...trafficBySensor(collection)].map(([key, sensor]) => [key, sensor.latlng, sensor]);
}

export const SNOW = {
  html: () => label(element("b")),
  size: [0, 0],
  zIndexOffset: 500,
  popup: snowPopup,
  look(made, now) {
    const { name: called, depth_m: depth, time } = made.item;
    const shown = made.options.icon.options.html.firstChild;
    shown.textContent = `${number(depth * 100)} cm`;
    name(made, `sensor snow${now - Date.parse(time) > OLD_MS ? " old" : ""}`, `${called}: ${shown.textContent}`);
  },
};

export function snowItems(collection) {
  return collection.features
    .filter(({ geometry }) => geometry)
    .map(({ geometry, properties }) => [
      properties.sensor,
      [geometry.coordinates[1], geometry.coordinates[0]],
      properties,
    ]);
}
