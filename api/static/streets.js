// The streets: what is known of each segment and direction, and how it is drawn. Only what changed is drawn again.

import { CLASSES, DEFAULT_WINDOW_H, UNTREATED, classOf } from "./palette.js";
import { StreetLine } from "./lines.js";

const L = window.L;
const HOUR_MS = 3_600_000;
const SIDES = { forward: 1, backward: -1, both: 0 };
const HALO_COLOUR = "#f2b705";

export class Streets {
  constructor(map) {
    this.map = map;
    this.segments = new Map(); // segment_id → {id, name, …, latlngs, base, directions}
    this.group = L.featureGroup().addTo(map);
    this.windowHours = DEFAULT_WINDOW_H;
    this.excluded = new Set(); // action codes
    this.halo = null;
    this.treatments = [];
  }

  setSegments(collection) {
    this.group.clearLayers();
    this.segments.clear();
    for (const { properties, geometry } of collection.features) {
      const latlngs = geometry.coordinates.map(([lon, lat]) => [lat, lon]);
      const base = new StreetLine(latlngs, {
        role: "base",
        color: UNTREATED,
        narrow: properties.kind === "gc",
      });
      const ways = properties.passes_required === 2 ? ["forward", "backward"] : ["both"];
      const directions = Object.fromEntries(ways.map((way) => [way, newDirection()]));
      const segment = { ...properties, latlngs, base, directions, middle: latlngs[Math.floor(latlngs.length / 2)] };
      base.segment = segment;
      this.segments.set(properties.segment_id, segment);
      this.group.addLayer(base);
    }
    this.setTreatments({ features: this.treatments });
  }

  setTreatments(collection) {
    this.treatments = collection.features;
    const told = new Set();
    for (const { properties } of collection.features) {
      const segment = this.segments.get(properties.segment_id);
      if (!segment) continue;
      const direction = (segment.directions[properties.direction] ??= newDirection());
      direction.done = Object.entries(properties.actions).map(([code, treated]) => ({
        ...treated, // share, whole_share, spread, contractor, contractors
        code,
        firstMs: Date.parse(treated.first_time),
        ms: Date.parse(treated.time),
        wholeMs: treated.whole_time ? Date.parse(treated.whole_time) : null,
      }));
      told.add(direction);
    }
    for (const { directions } of this.segments.values()) {
      for (const direction of Object.values(directions)) if (!told.has(direction)) direction.done = [];
    }
  }

  /** Work out what counts as treated at `nowMs`, draw what changed, and return the totals. */
  refresh(nowMs) {
    const from = nowMs - this.windowHours * HOUR_MS;
    const totals = { byClass: CLASSES.map(() => 0), untreated: 0, byAction: new Map(), treated: 0, length: 0 };
    for (const segment of this.segments.values()) {
      const ways = Object.entries(segment.directions);
      for (const [way, direction] of ways) {
        const length = segment.length_m / ways.length;
        totals.length += length;
        for (const done of direction.done) {
          const known = totals.byAction.get(done.code) ?? 0;
          totals.byAction.set(done.code, known + length * (stateOf([done], from)?.share ?? 0));
        }
        const chosen = direction.done.filter(({ code }) => !this.excluded.has(code));
        direction.state = stateOf(chosen, from);
        const index = direction.state ? classOf(nowMs - direction.state.ms) : -1;
        this.#draw(segment, way, direction, index);
        const share = direction.state?.share ?? 0;
        if (direction.state) {
          totals.treated += 1;
          totals.byClass[index] += length * share;
        }
        totals.untreated += length * (1 - share);
      }
    }
    return totals;
  }

  /** Draw a halo around these segments, or none. */
  highlight(segments) {
    this.halo?.remove();
    this.halo = null;
    if (!segments.length) return;
    const latlngs = segments.map((segment) => segment.latlngs);
    this.halo = new StreetLine(latlngs, { role: "halo", color: HALO_COLOUR, opacity: 0.55, interactive: false });
    this.halo.addTo(this.map).bringToBack();
  }

  #draw(segment, way, direction, index) {
    const dashed = index >= 0 && !direction.state.whole;
    const look = index < 0 ? "" : `${index}${dashed}`;
    if (look === direction.look) return;
    direction.look = look;
    if (index < 0) {
      if (direction.line) this.group.removeLayer(direction.line);
      direction.line = null;
      return;
    }
    const style = { color: CLASSES[index].colour, dashed };
    if (direction.line) {
      direction.line.setStyle(style);
      return;
    }
    const narrow = segment.kind === "gc";
    direction.line = new StreetLine(segment.latlngs, {
      ...style,
      role: "done",
      side: SIDES[way],
      narrow,
      interactive: false, // the line below it takes the click
    });
    this.group.addLayer(direction.line);
  }
}

function newDirection() {
  return { done: [], state: null, line: null, look: "" };
}

/**
 * What treatments come to after `from`: `{whole, ms, share, touchedMs}`, or null where there are none. Whole, since the latest time
 * that the API calls so of any; else in part, by the latest touch and the greatest share. How much of a share is of before `from`
 * nobody tells: then none of it counts.
 */
function stateOf(done, from) {
  const touched = done.filter(({ ms }) => ms > from);
  if (!touched.length) return null;
  const touchedMs = Math.max(...touched.map(({ ms }) => ms));
  const whole = done.filter(({ wholeMs }) => wholeMs > from);
  if (whole.length) {
    const latest = whole.reduce((one, other) => (other.wholeMs > one.wholeMs ? other : one));
    return { whole: true, ms: latest.wholeMs, share: latest.whole_share, touchedMs };
  }
  const share = Math.max(...touched.map((one) => (one.firstMs > from ? one.share : 0)));
  return { whole: false, ms: touchedMs, share, touchedMs };
}
