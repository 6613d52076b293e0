// Where on earth: municipality borders as the base map, and the towns that the street network covers.

import { LAND } from "./palette.js";
import { element } from "./words.js";

const L = window.L;
const BORDER = "#cfc8bb";
const QUARTERS = ["norr", "nordost", "öster", "sydost", "söder", "sydväst", "väster", "nordväst"];
const CELL_DEG = 0.1; // streets less than two cells apart belong to one town

export function addBorders(map, municipalities) {
  const pane = map.createPane("borders");
  pane.style.zIndex = 150;
  pane.style.pointerEvents = "none";
  L.geoJSON(municipalities, {
    interactive: false,
    renderer: L.canvas({ pane: "borders", padding: 0.5 }),
    pane: "borders",
    style: { fillColor: LAND, fillOpacity: 1, color: BORDER, weight: 1 },
    attribution: "Kommungränser: SCB",
  }).addTo(map);
}

/** The towns of these segments, the largest first: `{name, bounds}`, named after their municipality. */
export function townsOf(segments, municipalities) {
  const cells = new Map();
  for (const { middle } of segments) {
    const key = `${Math.floor(middle[0] / CELL_DEG)} ${Math.floor(middle[1] / CELL_DEG)}`;
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(middle);
  }
  const towns = [];
  while (cells.size) {
    const points = [];
    const todo = [cells.keys().next().value];
    while (todo.length) {
      const key = todo.pop();
      if (!cells.has(key)) continue;
      points.push(...cells.get(key));
      cells.delete(key);
      const [y, x] = key.split(" ").map(Number);
      for (const dy of [-1, 0, 1]) for (const dx of [-1, 0, 1]) todo.push(`${y + dy} ${x + dx}`);
    }
    towns.push({ points, bounds: L.latLngBounds(points) });
  }
  towns.sort((a, b) => b.points.length - a.points.length);
  const first = new Map();
  for (const [i, town] of towns.entries()) {
    const name = townName(town.points, municipalities) ?? `Ort ${i + 1}`;
    town.name = first.has(name) ? `${name} ${quarter(first.get(name), town)}` : name;
    if (!first.has(name)) first.set(name, town);
  }
  return towns;
}

/** Where `other` lies, seen from `one`: the second place of a municipality is "Ånge öster". */
function quarter(one, other) {
  const [from, to] = [one.bounds.getCenter(), other.bounds.getCenter()];
  const east = (to.lng - from.lng) * Math.cos((from.lat * Math.PI) / 180);
  const degrees = (Math.atan2(east, to.lat - from.lat) * 180) / Math.PI;
  return QUARTERS[Math.round((degrees + 360) / 45) % 8];
}

/** The municipality that most of some of the points lie in. */
function townName(points, municipalities) {
  const votes = new Map();
  const step = Math.max(1, Math.floor(points.length / 25));
  for (let i = 0; i < points.length; i += step) {
    const [lat, lon] = points[i];
    const found = municipalities.features.find(({ geometry }) => contains(geometry, lon, lat));
    if (found) votes.set(found.properties.name, (votes.get(found.properties.name) ?? 0) + 1);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function contains({ type, coordinates }, lon, lat) {
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.some((rings) => rings.reduce((inside, ring) => inside !== crosses(ring, lon, lat), false));
}

function crosses(ring, lon, lat) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Buttons that jump to each town. */
export function showTowns(nav, map, towns) {
  const names = towns.map((town) => town.name).join();
  if (nav.dataset.names === names) return;
  nav.dataset.names = names;
  nav.replaceChildren(
    ...towns.map((town) => {
      const button = element("button", { type: "button", "aria-label": `Visa ${town.name}, show ${town.name}` }, town.name);
      button.addEventListener("click", () => map.fitBounds(town.bounds));
      return button;
    }),
  );
}

/** The view in the address: `#13/63.2900/18.7200`. */
export function viewFromHash() {
  const [zoom, lat, lon] = location.hash.slice(1).split("/").map(Number);
  const valid = zoom >= 1 && zoom <= 18 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return valid ? { zoom, centre: [lat, lon] } : null;
}

export function keepViewInHash(map) {
  const write = () => {
    const { lat, lng } = map.getCenter();
    history.replaceState(null, "", `#${map.getZoom()}/${lat.toFixed(5)}/${lng.toFixed(5)}`);
  };
  write();
  map.on("moveend", write);
  window.addEventListener("hashchange", () => {
    const view = viewFromHash();
    if (view) map.setView(view.centre, view.zoom);
  });
}
