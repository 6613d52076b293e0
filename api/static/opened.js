// Popups while they are open: kept up to date in place, reached and left by the keyboard, stepped along a street.

import { segmentPopup } from "./popups.js";

const L = window.L;
const WIDEST_PX = 380;
const BESIDE_PX = 50; // of a narrow map, so much is left beside a popup

/** Bring the content of an open popup to what was made anew: what does not differ keeps focus and a reader's place. */
export function freshen(popup, made) {
  const shown = popup.getElement().querySelector(".popup");
  if (shown.isEqualNode(made)) return;
  become(shown, made);
  popup._updateLayout(); // `update` would take the content out of the page and move the map
  popup._updatePosition();
}

function become(shown, made) {
  if (shown.isEqualNode(made)) return;
  if (shown.nodeType !== Node.ELEMENT_NODE || !shown.cloneNode(false).isEqualNode(made.cloneNode(false))) {
    shown.replaceWith(made);
    return;
  }
  const [before, after] = [[...shown.childNodes], [...made.childNodes]];
  after.forEach((child, i) => (before[i] ? become(before[i], child) : shown.append(child)));
  before.slice(after.length).forEach((child) => child.remove());
}

/** Popups that are closed by Escape, give the focus back to what opened them, and say in Swedish too how to close them. */
export function tendPopups(map) {
  let opener = null;
  map.on("popupopen", ({ popup }) => {
    opener = document.activeElement;
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", "Stäng, close");
  });
  map.on("popupclose", ({ popup }) => {
    if (!popup.getElement().contains(document.activeElement)) return; // the reader has gone elsewhere already
    (opener.isConnected ? opener : map.getContainer()).focus();
  });
  map.getContainer().addEventListener("keydown", ({ key }) => {
    if (key === "Escape") map.closePopup();
  });
}

/** The popup of a segment. */
export class SegmentPopup {
  constructor(map, streets, clock) {
    Object.assign(this, { map, streets, clock });
    this.segment = null;
    this.popup = null;
  }

  open(segment, latlng) {
    this.segment = segment;
    const content = segmentPopup(segment, this.clock());
    content.addEventListener("click", ({ target }) => {
      const step = target.closest("[data-step]");
      if (step) this.#step(Number(step.dataset.step));
    });
    const maxWidth = Math.min(WIDEST_PX, this.map.getSize().x - BESIDE_PX);
    this.popup = L.popup({ maxWidth }).setLatLng(latlng).setContent(content).openOn(this.map);
  }

  /** Put the focus on its heading. */
  focus() {
    this.popup.getElement().querySelector("h3").focus({ preventScroll: true });
  }

  refresh() {
    if (!this.popup?.isOpen()) return;
    const segment = this.streets.segments.get(this.segment.segment_id); // another object in another network
    if (!segment) {
      this.popup.close();
      return;
    }
    this.segment = segment;
    freshen(this.popup, segmentPopup(segment, this.clock()));
  }

  #step(by) {
    const { segments } = this.segment.street;
    this.segment = segments.at((segments.indexOf(this.segment) + by) % segments.length);
    this.refresh();
    this.popup.setLatLng(this.segment.middle);
  }
}
