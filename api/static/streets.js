// The streets: what is known of each segment and direction, and how it is drawn. Only what changed is drawn again.

import { CLASSES, UNTREATED, classOf } from "./palette.js";
import { StreetLine } from "./lines.js";

const L = window.L;
const HOUR_MS = 3_600_000;
const SIDES = { forward: 1, backward: -1, both: 0 };
const WHOLE_SHARE = 0.8; // below it a direction is drawn dashed: in part
const HALO_COLOUR = "#f2b705";

export class Streets {
  constructor(map) {
    this.map = map;
    this.segments = new Map(); // segment_id → {id, name, …, latlngs, base, directions}
    this.group = L.featureGroup().addTo(map);
    this.windowHours = 8;
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
      direction.done = Object.entries(properties.actions).map(([code, { first_time, time, ...treated }]) => ({
        ...treated, // share, spread, contractor, contractors
        code,
        firstMs: Date.parse(first_time),
        ms: Date.parse(time),
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
        for (const { code, ms, share } of direction.done) {
          const known = totals.byAction.get(code) ?? 0;
          totals.byAction.set(code, known + (ms >= from ? length * share : 0));
        }
        direction.latest = this.#latest(direction, from);
        const index = direction.latest ? classOf(nowMs - direction.latest.ms) : -1;
        this.#draw(segment, way, direction, index);
        const share = index < 0 ? 0 : direction.latest.share;
        if (index >= 0) {
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

  #latest(direction, from) {
    let latest = null;
    for (const done of direction.done) {
      if (done.ms >= from && !this.excluded.has(done.code) && (!latest || done.ms > latest.ms)) latest = done;
    }
    return latest;
  }

  #draw(segment, way, direction, index) {
    const partly = index >= 0 && direction.latest.share < WHOLE_SHARE;
    const look = index < 0 ? "" : `${index}${partly}`;
    if (look === direction.look) return;
    direction.look = look;
    if (index < 0) {
      if (direction.line) this.group.removeLayer(direction.line);
      direction.line = null;
      return;
    }
    const style = { color: CLASSES[index].colour, dashArray: partly ? "4 6" : null };
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
  return { done: [], latest: null, line: null, look: "" };
}
