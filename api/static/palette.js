// Colours and age classes. tests/api/test_static.py checks their contrast with numbers.

export const LAND = "#f6f4ef";
export const UNTREATED = "#958b7d";

// One hue, dark is recent; each class is 1.4 times lighter than the one before, and what is not treated lighter still,
// 3:1 against the land.
export const CLASSES = [
  { untilHours: 1, colour: "#030f22", sv: "under 1 timme", en: "under 1 hour" },
  { untilHours: 2, colour: "#0a2d5e", sv: "1–2 timmar", en: "1–2 hours" },
  { untilHours: 4, colour: "#154483", sv: "2–4 timmar", en: "2–4 hours" },
  { untilHours: 8, colour: "#1e5ba9", sv: "4–8 timmar", en: "4–8 hours" },
  { untilHours: 24, colour: "#2d72cd", sv: "8–24 timmar", en: "8–24 hours" },
];

export const WINDOWS_H = [1, 2, 8, 24];
export const DEFAULT_WINDOW_H = 8;

const HOUR_MS = 3_600_000;

/** Index of the class of something that was done `ageMs` ago; -1 when it is older than all. */
export function classOf(ageMs) {
  return CLASSES.findIndex((step) => ageMs < step.untilHours * HOUR_MS);
}
