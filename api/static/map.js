// The page: wires polls, map, legend and list together.
// For tests, <html> carries data-segments, data-treated (directions that count as treated) and data-vehicles.

import { Contact } from "./contact.js";
import { ActionChecks, Ages, addLayerChecks, addWindowChips } from "./legend.js";
import { StreetList } from "./list.js";
import { Markers, SNOW, TRAFFIC, VEHICLES, snowItems, trafficItems, vehicleItems } from "./markers.js";
import { SegmentPopup, tendPopups } from "./opened.js";
import { addBorders, keepViewInHash, showTowns, townsOf, viewFromHash } from "./places.js";
import { Poll } from "./poll.js";
import { Streets } from "./streets.js";
import { pair } from "./words.js";

const L = window.L;
const SWEDEN = [[55.2, 10.5], [69.1, 24.2]];
const CLICK_TOLERANCE_PX = 6;
const AGE_TICK_MS = 15_000;
const SEGMENTS_TIMEOUT_MS = 120_000; // the streets of a large town are some MB, and a phone may be far from a mast
const page = document.documentElement.dataset;

let skewMs = 0; // the server's clock minus ours
const clock = () => Date.now() + skewMs;

const map = L.map("map", {
  preferCanvas: true,
  renderer: L.canvas({ tolerance: CLICK_TOLERANCE_PX, padding: 0.3 }),
  maxZoom: 18,
  minZoom: 4,
  zoomControl: false,
  zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
});
L.control.zoom({ zoomInTitle: "Zooma in, zoom in", zoomOutTitle: "Zooma ut, zoom out" }).addTo(map);
L.control.scale({ imperial: false }).addTo(map);
map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');

const given = viewFromHash();
if (given) map.setView(given.centre, given.zoom);
else map.fitBounds(SWEDEN, { animate: false });
function markDistance() {
  map.getContainer().classList.toggle("far", map.getZoom() < 13);
  map.getContainer().classList.toggle("remote", map.getZoom() < 10);
}
map.on("zoomend", markDistance);
markDistance();
// a note above the map makes it lower: keep the middle in the middle
new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());

const streets = new Streets(map);
const vehicles = new Markers(map, clock, VEHICLES);
const traffic = new Markers(map, clock, TRAFFIC);
const snow = new Markers(map, clock, SNOW);
const segmentPopup = new SegmentPopup(map, streets, clock);
tendPopups(map);
const contact = new Contact(clock);
const ages = new Ages(document.getElementById("ages"));
const checks = new ActionChecks(document.getElementById("actions"), streets.excluded, refresh);
const list = new StreetList(map, streets, clock, showStreet);
let municipalities = { features: [] };
let fitted = Boolean(given);

function refresh() {
  const totals = streets.refresh(clock());
  ages.show(totals, streets.windowHours);
  checks.show(totals.byAction);
  list.show();
  segmentPopup.refresh();
  page.treated = totals.treated;
}

function takeSegments(collection) {
  streets.setSegments(collection);
  const towns = townsOf(streets.segments.values(), municipalities);
  showTowns(document.getElementById("places"), map, towns);
  list.setTowns(towns);
  if (!fitted && towns.length) {
    fitted = true;
    map.fitBounds(towns[0].bounds, { animate: false });
  }
  refresh();
  page.segments = streets.segments.size;
}

streets.group.on("click", ({ sourceTarget, propagatedFrom, latlng }) => {
  const { segment } = propagatedFrom ?? sourceTarget;
  if (segment) segmentPopup.open(segment, latlng);
});
map.on("popupclose", () => streets.highlight([]));

function showStreet(street) {
  const points = street.segments.flatMap(({ latlngs }) => latlngs);
  const bounds = L.latLngBounds(points);
  map.closePopup();
  map.getContainer().scrollIntoView({ block: "nearest" }); // on a phone the list is far below the map
  map.fitBounds(bounds, { maxZoom: 16, padding: [30, 30], animate: false }); // the popup must find its place in the new view
  const middle = bounds.getCenter();
  const away = ({ middle: [lat, lon] }) => Math.hypot(lat - middle.lat, (lon - middle.lng) / 2);
  const nearest = street.segments.reduce((best, segment) => (away(segment) < away(best) ? segment : best));
  segmentPopup.open(nearest, nearest.middle);
  segmentPopup.focus();
  streets.highlight(street.segments);
}

// Polls -------------------------------------------------------------------------------------------------------------
function takeStatus(status) {
  skewMs = Date.parse(status.now) - Date.now();
  const generated = status.networks.some((network) => network.generated);
  const note = document.getElementById("note");
  note.hidden = !(generated || status.simulated);
  const [sv, en] =
    generated && status.simulated
      ? ["Påhittade gator och simulerade fordon: inget av detta har hänt.", "Generated streets and simulated vehicles: none of this happened."]
      : generated
        ? ["Påhittat gatunät.", "Generated street network."]
        : ["Simulerade data: inget av detta har hänt.", "Simulated data: none of this happened."];
  if (note.dataset.text !== sv) {
    note.dataset.text = sv;
    note.replaceChildren(pair(sv, en));
  }
}

function poll(path, everyS, take, timeoutMs) {
  const made = new Poll(`/api/v1/${path}`, everyS * 1000, take, (ok) => contact.tell(path, ok), timeoutMs);
  return made.start();
}

// Controls ----------------------------------------------------------------------------------------------------------
addWindowChips(document.getElementById("windows"), (hours) => {
  streets.windowHours = hours;
  refresh();
});
const toggle = (markers) => (on) => (on ? markers.group.addTo(map) : markers.group.remove());
addLayerChecks(document.getElementById("layers"), [
  { key: "vehicles", text: ["fordon", "vehicles"], toggle: toggle(vehicles) },
  { key: "traffic", text: ["trafik, fordon/h", "traffic, vehicles/h"], swatch: "is-traffic", toggle: toggle(traffic) },
  { key: "snow", text: ["snödjup, cm", "snow depth, cm"], swatch: "is-snow", toggle: toggle(snow) },
]);

async function start() {
  await poll("status", 30, takeStatus);
  const borders = await fetch("/static/municipalities.geojson").catch(() => null);
  if (borders?.ok) {
    municipalities = await borders.json();
    addBorders(map, municipalities);
  }
  poll("segments", 30, takeSegments, SEGMENTS_TIMEOUT_MS).then(() => keepViewInHash(map));
  poll("treatments?since=PT24H&geometry=false", 5, (collection) => {
    streets.setTreatments(collection);
    refresh();
  });
  poll("vehicles", 3, (collection) => {
    vehicles.show(vehicleItems(collection));
    const times = collection.features.map(({ properties }) => Date.parse(properties.time));
    contact.newestMs = times.length ? Math.max(...times) : null;
    page.vehicles = times.length;
  });
  poll("flow?since=PT24H&latest=true", 30, (collection) => traffic.show(trafficItems(collection)));
  poll("snow", 30, (collection) => snow.show(snowItems(collection)));
  setInterval(() => {
    if (document.hidden) return;
    refresh();
    for (const markers of [vehicles, traffic, snow]) markers.refresh();
  }, AGE_TICK_MS);
}

start();
