// Run says so when it would make another caption than the one shown: a method or a setting was changed since.

import { listeners, shown } from "../page/state.js";
import { t } from "../page/texts.js";

/** @typedef {Record<string, unknown>} Settings values of the decoding widgets by name */

const METHODS = /** @type {const} */ ({ sgrs: "SGRS", locore: "LocoRE" });

/** @type {Settings | null} as the widgets are */
let now = null;
/** @type {Settings | null} as they were when the run shown first was shown */
let then = null;
let about = "";

/**
 * What Run would do otherwise, in words; "" where nothing.
 * @param {Settings | null} settings
 * @param {Settings | null} before
 * @param {{sgrs: boolean, locore: boolean, decoder: string} | undefined} made methods of the run shown
 */
export function otherwise(settings, before, made) {
  if (!settings || !made) return "";
  const changed = Object.entries(METHODS).filter(([name]) => Boolean(settings[name]) !== made[/** @type {"sgrs"} */ (name)]); // prettier-ignore
  const named = (/** @type {boolean} */ on) =>
    changed.filter(([name]) => Boolean(settings[name]) === on).map(([, title]) => title).join(" + "); // prettier-ignore
  const [on, off] = [named(true), named(false)];
  const parts = [on && t("due_with", { methods: on }), off && t("due_without", { methods: off })].filter(Boolean);
  if (parts.length) return parts.join(", ");
  const same = String(settings.decoder || "") === made.decoder && JSON.stringify(settings) === JSON.stringify(before);
  return same ? "" : t("due_settings");
}

function draw() {
  const button = /** @type {HTMLElement | null} */ (document.querySelector("#app-run"));
  const [first] = shown;
  const key = first ? `${first.id} ${first.serial}` : "";
  if (key !== about) [about, then] = [key, now];
  if (!button) return;
  const words = otherwise(now, then, first ? first.methods : undefined);
  if (!words) delete button.dataset.due;
  else button.dataset.due = words;
  button.title = words && t("due_title");
}

/**
 * The widgets' values, at every change and as the page opens.
 * @param {string[]} names @param {unknown[]} values
 */
export function decodingChosen(names, values) {
  const settings = Object.fromEntries(names.map((name, at) => [name, values[at]]));
  if (!now) then = settings;
  now = settings;
  draw();
}

export function watchDue() {
  listeners.add(draw);
}
