// The lines of the model chooser, by family: a name, its download, its size on a gauge of what is free, its speed; or why
// it cannot be had.

import { el } from "../../shared/dom.js";
import { parseModelKey } from "../../shared/model_key.js";
import { t } from "../page/texts.js";

/**
 * @typedef {object} Row
 * @property {string} key
 * @property {string} label
 * @property {string} [family]
 * @property {string} parameters
 * @property {string} download size of its files where they are not on this machine
 * @property {number | null} seconds a token, estimated
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
    const lines = each.map((row) => line(row, room, parseModelKey(row.key).name === chosen));
    return el("fieldset", { class: "app-models-family" }, el("legend", { text: family }), ...lines);
  });
}

/** What the columns hold. */
export function columns() {
  const head = (/** @type {string} */ name) =>
    el("span", {
      class: "app-models-" + name,
      text: t("models_col_" + name),
      title: t("models_col_" + name + "_hint"),
    });
  const names = ["params", "fetch", "size", "speed"].map(head);
  return el("div", { class: "app-models-cols" }, el("i"), el("span"), ...names);
}

/** Seconds a token in words. @param {number} seconds */
export function speed(seconds) {
  const value =
    seconds < 0.0995 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${Number(seconds.toPrecision(2))} s`;
  return t("models_seconds", { value });
}

/** The size of the files to download, in words; "" where they are here. @param {Row} row */
export const fetched = ({ download }) => (download ? t("models_about", { size: download }) : "");

/** Memory in words. @param {Row} row */
export const memory = ({ needed, about }) => (needed && about ? t("models_about", { size: needed }) : needed || "");

/** Why a model cannot be had; "" where it can. @param {Row} row @param {string} room */
export function reason(row, room) {
  if (!row.fits) return t("models_too_large", { needed: memory(row), room });
  return row.reachable ? "" : t("models_offline");
}

/** "owner/name", the owner quieter; a directory's path never comes here. @param {string} label */
function named(label) {
  const cut = label.lastIndexOf("/") + 1;
  const owner = cut > 0 && el("span", { class: "app-models-org", text: label.slice(0, cut) });
  return el("span", {}, owner, label.slice(cut));
}

/** @param {Row} row @param {string} room @param {boolean} checked */
export function line(row, room, checked) {
  const refused = reason(row, room);
  const input = el("input", { type: "radio", name: "app-model", value: row.key, disabled: Boolean(refused) });
  input.checked = checked;
  const style = { "--share": row.share === null ? 0 : row.share };
  const loaded = row.state === "ready" && el("em", { class: "app-models-loaded", text: t("models_loaded") });
  const said = (/** @type {string} */ name, /** @type {string} */ text) =>
    el("span", { class: "app-models-" + name, text, title: text ? t("models_col_" + name) : null });
  const files = row.here ? t("models_here") : fetched(row) || t("models_download");
  return el(
    "label",
    { class: "app-models-row" + (refused ? " off" : "") + (row.fits ? "" : " large") },
    input,
    el("span", { class: "app-models-name" }, named(row.label), loaded),
    said("params", row.parameters),
    said("fetch", row.reachable ? files : ""),
    el("span", { class: "app-models-gauge", "aria-hidden": "true", style }),
    said("size", refused || memory(row)),
    refused ? null : said("speed", row.seconds === null ? "" : speed(row.seconds)),
  );
}
