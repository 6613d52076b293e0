// "Streets in view": the map as a table, for the keyboard, for screen readers, and for "when was my street done?".

import { KINDS, age, clockTime, element, number, pair, percent } from "./words.js";

const L = window.L;
const collator = new Intl.Collator("sv");

export class StreetList {
  /** `choose(street)` is called with the street whose name was pressed. */
  constructor(map, streets, clock, choose) {
    Object.assign(this, { map, streets, clock, choose });
    this.body = document.getElementById("streets");
    this.title = document.getElementById("streets-title");
    this.count = document.getElementById("streets-count");
    this.find = document.getElementById("find");
    this.order = document.getElementById("order");
    this.groups = [];
    this.rows = new Map();
    this.find.addEventListener("input", () => this.show());
    this.order.addEventListener("change", () => this.show());
    map.on("moveend", () => this.show());
  }

  /** Group segments into streets: same name, kind and town. */
  setTowns(towns) {
    const groups = new Map();
    for (const segment of this.streets.segments.values()) {
      const town = towns.find(({ bounds }) => bounds.contains(segment.middle));
      const key = `${town?.name}|${segment.kind}|${segment.name}`;
      const street = groups.get(key) ?? { key, name: segment.name || "–", kind: segment.kind, town: town?.name, segments: [] };
      groups.set(key, street);
      street.segments.push(segment);
      segment.street = street;
    }
    for (const street of groups.values()) alongTheStreet(street.segments);
    this.groups = [...groups.values()].sort((a, b) => collator.compare(a.name, b.name));
    this.manyTowns = towns.length > 1;
    this.show();
  }

  show() {
    const wanted = this.find.value.trim().toLocaleLowerCase("sv");
    const view = this.map.getBounds();
    const shown = this.groups.filter((street) =>
      wanted ? street.name.toLocaleLowerCase("sv").includes(wanted) : street.segments.some(({ middle }) => view.contains(middle)),
    );
    const now = this.clock();
    for (const street of this.groups) summarise(street); // popups show streets that the list does not
    if (this.order.value === "waiting") shown.sort((a, b) => a.oldest - b.oldest || a.share - b.share);
    if (this.order.value === "latest") shown.sort((a, b) => (b.latest ?? 0) - (a.latest ?? 0));

    const heading = wanted ? ["Gator som heter så", "Streets by that name"] : ["Gator i vyn", "Streets in view"];
    this.title.replaceChildren(pair(...heading));
    const text = `${number(shown.length)} ${shown.length === 1 ? "gata" : "gator"}`;
    if (this.count.dataset.text !== text) {
      this.count.dataset.text = text;
      this.count.replaceChildren(pair(text, `${number(shown.length)} ${shown.length === 1 ? "street" : "streets"}`));
    }
    const rows = shown.map((street) => this.#row(street, Boolean(wanted) && this.manyTowns, now));
    const same = rows.length === this.body.children.length && rows.every((row, i) => row === this.body.children[i]);
    if (!same) this.#place(rows);
  }

  /** Put rows in order without taking the focus off the one that has it. */
  #place(rows) {
    const focused = document.activeElement;
    this.body.replaceChildren(...rows);
    if (focused && this.body.contains(focused)) focused.focus({ preventScroll: true });
  }

  #row(street, withTown, now) {
    let made = this.rows.get(street.key);
    if (!made) {
      const button = element("button", { type: "button" }, street.name);
      button.addEventListener("click", () => this.choose(made.street));
      const town = element("span", { class: "quiet" });
      const kind = street.kind === "carriageway" ? "" : element("span", { class: "quiet" }, pair(...KINDS[street.kind]));
      const cells = [element("td", { class: "figure" }), element("td", { class: "figure" })];
      made = { row: element("tr", {}, element("th", { scope: "row" }, button, " ", town, " ", kind), ...cells), cells, town };
      this.rows.set(street.key, made);
    }
    made.street = street;
    made.town.textContent = withTown ? street.town : "";
    const texts = [percent(street.share), street.latest ? `${clockTime(street.latest, now)}|${age(street.latest, now)}` : "–"];
    made.cells.forEach((cell, i) => {
      if (cell.dataset.text === texts[i]) return;
      cell.dataset.text = texts[i];
      const [main, quiet] = texts[i].split("|");
      cell.replaceChildren(main, ...(quiet ? [" ", element("span", { class: "quiet" }, quiet)] : []));
    });
    return made.row;
  }
}

/** Sort segments from west to east, or from south to north where the street spans more that way. */
function alongTheStreet(segments) {
  const bounds = L.latLngBounds(segments.map(({ middle }) => middle));
  const north = bounds.getNorth() - bounds.getSouth();
  const east = (bounds.getEast() - bounds.getWest()) * Math.cos((bounds.getNorth() * Math.PI) / 180);
  const axis = east > north ? 1 : 0;
  segments.sort((a, b) => a.middle[axis] - b.middle[axis]);
}

/** Share of the street's length that counts as treated, when it was last treated, and since when all of it has been. */
function summarise(street) {
  let length = 0;
  let done = 0;
  street.latest = null;
  street.oldest = Infinity; // of its directions; 0 where one is not whole
  for (const segment of street.segments) {
    const directions = Object.values(segment.directions);
    for (const { state } of directions) {
      length += segment.length_m / directions.length;
      street.oldest = Math.min(street.oldest, state?.whole ? state.ms : 0);
      if (!state) continue;
      done += (segment.length_m / directions.length) * state.share;
      street.latest = Math.max(street.latest, state.touchedMs);
    }
  }
  street.share = length ? done / length : 0;
}
