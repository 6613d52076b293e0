// Whether what is shown is up to date: the hours in the header, and a bar that says since when there is no contact.

import { SILENT_MS } from "./markers.js";
import { clockTime, element, pair } from "./words.js";

export class Contact {
  constructor(clock) {
    this.clock = clock;
    this.updated = document.getElementById("updated");
    this.trouble = document.getElementById("trouble");
    this.failing = new Set(); // polls whose last attempt failed
    this.lastGood = null;
    this.troubleSince = null;
    this.newestMs = undefined; // when the newest position was taken; null where there is none
  }

  /** Hear of an attempt of the poll of this name. */
  tell(poll, ok) {
    if (ok) this.failing.delete(poll);
    else this.failing.add(poll);
    const now = this.clock();
    if (!this.failing.size) {
      this.troubleSince = null;
      this.lastGood = now;
    } else this.troubleSince ??= this.lastGood ?? now;
    this.#show(now);
  }

  #show(now) {
    const { newestMs, lastGood, troubleSince } = this;
    const known = lastGood === null ? "–" : clockTime(lastGood, now);
    const data = newestMs ? clockTime(newestMs, now) : newestMs;
    const late = data === null || now - newestMs > SILENT_MS;
    const text = `${known} ${data} ${late} ${troubleSince}`;
    if (this.updated.dataset.text === text) return;
    this.updated.dataset.text = text;
    this.updated.replaceChildren(pair(`uppdaterad ${known}`, `updated ${known}`));
    if (late || (data && data !== known)) {
      const reach = data ? [`data till ${data}`, `data up to ${data}`] : ["inga positioner på 24 h", "no positions in 24 h"];
      this.updated.append(" ", element(late ? "strong" : "span", {}, pair(...reach)));
    }
    document.body.classList.toggle("in-trouble", troubleSince !== null);
    if (troubleSince === null) this.trouble.replaceChildren();
    else if (!this.trouble.hasChildNodes()) {
      const at = clockTime(troubleSince, now);
      this.trouble.append(
        element("p", {}, pair(`Ingen kontakt med servern sedan ${at}. Kartan visar läget då.`, `No contact with the server since ${at}. The map shows the state of that time.`)),
      );
    }
  }
}
