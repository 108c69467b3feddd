// Before and after a knock-out: the most probable words at the step, and what follows.

import { el } from "../../shared/dom.js";
import { t } from "../texts/t.js";
import { toldCell } from "./told_cell.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {import("./knock_out.js").Held} Held */

const FOLLOWING = 8; // tokens, as many as decoding/knock_out.py writes

/** @param {Viewer} viewer @param {Run} run @param {number} step @param {Held} held */
export function knockWords(viewer, run, step, held) {
  const written = run.steps[step].token_id;
  const row = (/** @type {string} */ name, /** @type {import("./told_cell.js").Told[]} */ top) =>
    el("tr", {}, el("th", { scope: "row", text: name }), ...top.map((token) => toldCell(viewer, token, written)));
  const heads = held.top_before.map((_, place) => el("th", { scope: "col", text: `${place + 1}.` }));
  const most = el(
    "table",
    { class: "sv-table sv-lens sv-knock-top", "data-knock": "top" },
    el("thead", {}, el("tr", {}, el("td", { text: t("most probable") }), ...heads)),
    el("tbody", {}, row(t("as it is"), held.top_before), row(t("knocked out"), held.top_after)),
  );
  const went = run.steps.slice(step, step + FOLLOWING).map((one) => one.text);
  const line = (/** @type {string} */ name, /** @type {string} */ text, /** @type {string} */ which) =>
    el("div", {}, el("dt", { text: name }), el("dd", { "data-follows": which, text: text.trim() || "∅" }));
  const follows = el("dl", { class: "sv-knock-follows" }, line(t("it went on"), went.join(""), "before"), line(t("it would go on"), held.follows, "after")); // prettier-ignore
  return [el("div", { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": t("most probable") }, most), follows]; // prettier-ignore
}
