// Vehicles as arrows, traffic counters and snow sensors as labels: markers that are kept and moved, not made anew.

import { snowPopup, trafficPopup, vehiclePopup } from "./popups.js";
import { ACTIONS, element, number } from "./words.js";

const L = window.L;
const SILENT_MS = 10 * 60_000; // a vehicle unheard for longer is drawn pale
const OLD_MS = 45 * 60_000; // so is a sensor
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

/** Markers by key. `look(marker, item)` brings a marker up to date. */
export class Markers {
  constructor(map, clock) {
    this.clock = clock;
    this.group = L.layerGroup().addTo(map);
    this.known = new Map();
  }

  show(items, make, look) {
    const seen = new Set();
    for (const [key, latlng, item] of items) {
      seen.add(key);
      let marker = this.known.get(key);
      if (!marker) {
        marker = make(latlng);
        this.known.set(key, marker);
        this.group.addLayer(marker);
      }
      marker.setLatLng(latlng);
      marker.item = item;
      look(marker, item);
      if (marker.isPopupOpen()) marker.getPopup().update();
    }
    for (const [key, marker] of this.known) {
      if (seen.has(key)) continue;
      this.group.removeLayer(marker);
      this.known.delete(key);
    }
  }
}

function marker(latlng, html, size, popup, zIndexOffset) {
  const icon = L.divIcon({ html, className: "", iconSize: size, iconAnchor: [size[0] / 2, size[1] / 2] });
  const made = L.marker(latlng, { icon, zIndexOffset });
  made.bindPopup(() => popup(made.item), { maxWidth: 300 });
  return made;
}

function name(made, className, label) {
  const shown = made.getElement();
  if (!shown) return; // its layer is switched off
  shown.className = shown.className.replace(/\bis-.*$/, "").trim() + ` is-${className}`;
  shown.setAttribute("aria-label", label);
  shown.title = label;
}

export function showVehicles(markers, collection) {
  const now = markers.clock();
  const items = collection.features.map(({ geometry, properties }) => [
    `${properties.contractor}/${properties.vehicle}`,
    [geometry.coordinates[1], geometry.coordinates[0]],
    properties,
  ]);
  const make = (latlng) => marker(latlng, svg(ARROW), [26, 26], (item) => vehiclePopup(item, markers.clock()), 1000);
  markers.show(items, make, (made, item) => {
    const shape = made.options.icon.options.html.firstChild;
    shape.setAttribute("d", item.heading_deg === null ? DOT : ARROW);
    shape.setAttribute("transform", `rotate(${item.heading_deg ?? 0})`);
    const silent = now - Date.parse(item.time) > SILENT_MS;
    const doing = item.actions.map((code) => (ACTIONS[code] ?? [code])[0]).join(", ") || "transport";
    name(made, `vehicle ${item.working ? "working" : "transit"}${silent ? " old" : ""}`, `${item.name}: ${doing}`);
  });
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

export function showTraffic(markers, collection) {
  const now = markers.clock();
  const items = [...trafficBySensor(collection)].map(([key, sensor]) => [key, sensor.latlng, sensor]);
  const make = (latlng) =>
    marker(latlng, label(element("b"), element("i")), [0, 0], (item) => trafficPopup(item, markers.clock()), 500);
  markers.show(items, make, (made, item) => {
    const [flow, speed] = made.options.icon.options.html.children;
    flow.textContent = item.perHour === null ? "–" : `${number(item.perHour)}/h`;
    speed.textContent = item.speed === null ? "" : ` ${number(item.speed)} km/h`;
    const old = now - item.toMs > OLD_MS ? " old" : "";
    name(made, `sensor traffic${old}`, `${item.name}: ${flow.textContent}${speed.textContent}`);
  });
}

export function showSnow(markers, collection) {
  const now = markers.clock();
  const items = collection.features
    .filter(({ geometry }) => geometry)
    .map(({ geometry, properties }) => [
      properties.sensor,
      [geometry.coordinates[1], geometry.coordinates[0]],
      properties,
    ]);
  const make = (latlng) =>
    marker(latlng, label(element("b")), [0, 0], (item) => snowPopup(item, markers.clock()), 500);
  markers.show(items, make, (made, item) => {
    const depth = made.options.icon.options.html.firstChild;
    depth.textContent = `${number(item.depth_m * 100)} cm`;
    const old = now - Date.parse(item.time) > OLD_MS ? " old" : "";
    name(made, `sensor snow${old}`, `${item.name}: ${depth.textContent}`);
  });
}
