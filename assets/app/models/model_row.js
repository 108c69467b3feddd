// The lines of the model chooser, by family: a name, its size on a gauge of what is free, or why it cannot be had.

import { el } from "../../shared/dom.js";
import { parseModelKey } from "../../shared/model_key.js";
import { t } from "../page/texts.js";

/**
 * @typedef {object} Row
 * @property {string} key
 * @property {string} label
 * @property {string} [family]
 * @property {string} parameters
 * @property {boolean} fits
 * @property {boolean} reachable
 * @property {boolean} here its files are on this machine
 * @property {string} state "ready": it is loaded
 * @property {string} needed
 * @property {boolean} about the size is an estimate
 * @property {number | null} share of what is free
 */

/** @param {Row[]} rows @param {string} room what is free @param {string} chosen name */
export function families(rows, room, chosen) {
  /** @type {Map<string, Row[]>} */
  const groups = new Map();
  for (const row of rows) {
    const family = row.family || t("models_named");
    groups.set(family, [...(groups.get(family) || []), row]);
  }
  return [...groups].map(([family, each]) => {
    const lines = each.map((row) => line(row, room, chosen));
    return el("fieldset", { class: "app-models-family" }, el("legend", { text: family }), ...lines);
  });
}

/** "owner/name", the owner quieter; a directory's path never comes here. @param {string} label */
function named(label) {
  const cut = label.lastIndexOf("/") + 1;
  const owner = cut > 0 && el("span", { class: "app-models-org", text: label.slice(0, cut) });
  return el("span", {}, owner, label.slice(cut));
}

/** @param {Row} row @param {string} room @param {string} chosen */
function line(row, room, chosen) {
  const able = row.fits && row.reachable;
  const input = el("input", { type: "radio", name: "app-model", value: row.key, disabled: !able });
  input.checked = parseModelKey(row.key).name === chosen;
  const size = row.needed && row.about ? t("models_about", { size: row.needed }) : row.needed || "";
  const unreachable = row.reachable ? size : t("models_offline");
  const reason = row.fits ? unreachable : t("models_too_large", { needed: size, room });
  const style = { "--share": row.share === null ? 0 : row.share };
  const loaded = row.state === "ready" && el("em", { class: "app-models-loaded", text: t("models_loaded") });
  const download = !row.here && row.reachable && el("em", { text: t("models_download") });
  return el(
    "label",
    { class: "app-models-row" + (able ? "" : " off") },
    input,
    el("span", { class: "app-models-name" }, named(row.label), loaded, download),
    el("span", { class: "app-models-params", text: row.parameters }),
    el("span", { class: "app-models-gauge", "aria-hidden": "true", style }),
    el("span", { class: "app-models-size", text: reason }),
  );
}
