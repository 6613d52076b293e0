// The panel's controls: window chips, age classes, actions, layers. Rows are made once and then only change their text.

import { vehiclePicture } from "./markers.js";
import { CLASSES, DEFAULT_WINDOW_H, UNTREATED, WINDOWS_H } from "./palette.js";
import { ACTIONS, actionPair, element, kilometres, pair } from "./words.js";

const VEHICLE_LOOKS = [
  ["working", "fylld: åtgärdar gatan", "filled: treats the street"],
  ["transit", "ihålig: transport", "hollow: in transit"],
  ["silent", "streckad: tyst i över 10 minuter", "dashed: silent for over 10 minutes"],
];
const ALWAYS_SHOWN = ["PLOUGHING", "SALTING_PREWETTED", "SANDING_LINE"];

export function addWindowChips(fieldset, choose) {
  for (const hours of WINDOWS_H) {
    const id = `window-${hours}`;
    const input = element("input", { type: "radio", name: "window", id, value: hours, checked: hours === DEFAULT_WINDOW_H });
    input.addEventListener("change", () => choose(hours));
    const label = element("label", { for: id }, `${hours} h`);
    fieldset.append(input, label);
  }
}

function check(text, checked, changed) {
  const input = element("input", { type: "checkbox", checked });
  input.addEventListener("change", () => changed(input.checked));
  const figure = element("span", { class: "figure" });
  return { row: element("label", {}, input, element("span", {}, text), figure), input, figure };
}

export function addLayerChecks(fieldset, layers) {
  for (const { key, text, swatch, toggle } of layers) {
    const { row, input } = check(pair(...text), true, toggle);
    input.dataset.layer = key;
    if (swatch) row.lastChild.replaceWith(element("span", { class: `swatch ${swatch}`, "aria-hidden": "true" }));
    fieldset.append(row);
    if (key === "vehicles") fieldset.append(vehicleLooks());
  }
}

function vehicleLooks() {
  const rows = VEHICLE_LOOKS.map(([look, ...text]) =>
    element("li", {}, vehiclePicture(look), element("span", {}, pair(...text))),
  );
  return element("ul", { class: "ages" }, ...rows);
}

/** The list of age classes with their kilometres. */
export class Ages {
  constructor(list) {
    const rows = [...CLASSES, { colour: UNTREATED, sv: "inte åtgärdad", en: "not treated" }].map((step, i) => {
      const swatch = element("span", { class: i < CLASSES.length ? "line" : "line thin", "aria-hidden": "true" });
      swatch.style.backgroundColor = step.colour;
      const figure = element("span", { class: "figure" });
      const row = element("li", {}, swatch, element("span", {}, pair(step.sv, step.en)), figure);
      list.append(row);
      return { row, figure };
    });
    const dashed = element("span", { class: "line dashed", "aria-hidden": "true" });
    list.append(element("li", {}, dashed, element("span", {}, pair("streckad: under 80 %", "dashed: under 80 %")), ""));
    this.rows = rows;
  }

  show(totals, windowHours) {
    this.rows.forEach(({ row, figure }, i) => {
      const isClass = i < CLASSES.length;
      const off = isClass && i > 0 && CLASSES[i - 1].untilHours >= windowHours; // older than the window: not counted
      figure.textContent = off ? "–" : kilometres(isClass ? totals.byClass[i] : totals.untreated);
      row.classList.toggle("off", off);
    });
  }
}

/** A checkbox for each action that was seen, in the order of the codes; none goes away while one looks at it. */
export class ActionChecks {
  constructor(fieldset, excluded, changed) {
    Object.assign(this, { fieldset, excluded, changed });
    this.rows = new Map();
  }

  show(byAction) {
    const wanted = Object.keys(ACTIONS).filter((code) => ALWAYS_SHOWN.includes(code) || byAction.has(code));
    for (const code of wanted) if (!this.rows.has(code)) this.#add(code);
    for (const [code, { figure }] of this.rows) figure.textContent = kilometres(byAction.get(code) ?? 0);
  }

  #add(code) {
    const made = check(actionPair(code), true, (checked) => {
      if (checked) this.excluded.delete(code);
      else this.excluded.add(code);
      this.changed();
    });
    made.input.dataset.action = code;
    this.rows.set(code, made);
    const order = Object.keys(ACTIONS);
    const after = [...this.rows].find(([other]) => order.indexOf(other) > order.indexOf(code));
    this.fieldset.insertBefore(made.row, after ? after[1].row : null);
  }
}
