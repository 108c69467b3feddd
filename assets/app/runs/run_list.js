// The list of this visit's runs: picture, name, how each was made; choose, pin, rename, delete. Words enter as text only.

import { el } from "../../shared/dom.js";
import { icon } from "../page/icons.js";
import { t } from "../page/texts.js";

/**
 * @typedef {object} RunEntry
 * @property {string} id
 * @property {string} title
 * @property {string} label
 * @property {string} model
 * @property {string} method
 * @property {number | null} seed
 * @property {number} tokens
 * @property {string} [picture]
 * @property {boolean} pinned
 */
/** @typedef {"rename" | "pin" | "unpin" | "delete"} Act */
/** @typedef {(run: RunEntry, act: Act, more?: object) => void} ActOn */

const LONGEST = 120; // letters of a name

/** How a run was made, in one line. @param {RunEntry} run */
function made({ model, method, seed, tokens }) {
  const parts = [model, method, seed === null ? "" : t("runs_seed", { n: seed }), t("runs_tokens", { n: tokens })];
  return parts.filter(Boolean).join(" · ");
}

/**
 * A run as a row one can choose.
 * @param {RunEntry} run
 * @param {{current: boolean, choose: (run: RunEntry) => void, more?: HTMLElement[]}} how more: what stands at its end
 */
export function runEntry(run, { current, choose, more = [] }) {
  const none = el("span", { class: "app-noimage", "aria-hidden": "true" });
  const words = el(
    "span",
    { class: "app-entry-words" },
    el("span", { class: "app-entry-title", text: run.title || t("runs_untitled") }),
    el("span", { class: "app-entry-made", text: made(run) }),
  );
  const attributes = { class: "app-pick", "data-run": run.id, "aria-current": current ? "true" : null };
  const pick = el(
    "button",
    { type: "button", ...attributes, on: { click: () => choose(run) } },
    run.picture ? el("img", { src: run.picture, alt: "", width: 40, height: 40, draggable: "false" }) : none,
    words,
  );
  return el("li", { class: "app-entry" + (run.pinned ? " pinned" : ""), "data-entry": run.id }, pick, ...more);
}

/**
 * The rows with their buttons.
 * @param {RunEntry[]} runs
 * @param {{current: string | null, choose: (run: RunEntry) => void, act: ActOn}} how
 */
export function runList(runs, { current, choose, act }) {
  const tool = (
    /** @type {RunEntry} */ run,
    /** @type {Act} */ what,
    /** @type {"pin" | "pen" | "bin"} */ sign,
    pressed = "",
  ) => {
    const click = (/** @type {any} */ event) =>
      what === "rename" ? rename(run, event.currentTarget.closest(".app-entry"), act) : act(run, what);
    const name = { title: t("runs_" + what), "aria-label": `${t("runs_" + what)}: ${run.title}` };
    const attributes = { type: "button", class: "app-tool", "data-act": what, "aria-pressed": pressed || null };
    return el("button", { ...attributes, ...name, on: { click } }, icon(sign));
  };
  const rows = runs.map((run) => {
    const pin = tool(run, run.pinned ? "unpin" : "pin", "pin", String(run.pinned));
    const more = [pin, tool(run, "rename", "pen"), tool(run, "delete", "bin")];
    return runEntry(run, { current: run.id === current, choose, more });
  });
  const list = el("ul", { class: "app-entries", "aria-label": t("run_list") }, ...rows);
  list.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    const row = /** @type {HTMLElement | null} */ (target.closest(".app-entry"));
    const run = row && runs.find((one) => one.id === row.dataset.entry);
    if (!run || target.tagName === "INPUT") return;
    if (event.key === "F2") rename(run, row, act);
    else if (event.key === "Delete") act(run, "delete");
    else if (event.key === "p") act(run, run.pinned ? "unpin" : "pin");
    else return;
    event.preventDefault();
  });
  return list;
}

/** @param {RunEntry} run @param {HTMLElement} row @param {ActOn} act */
function rename(run, row, act) {
  const pick = /** @type {HTMLElement} */ (row.querySelector(".app-pick"));
  const attributes = { type: "text", class: "app-rename", maxlength: LONGEST, "aria-label": t("runs_rename") };
  const field = el("input", attributes);
  field.value = run.title;
  let over = false;
  const end = (/** @type {boolean} */ keepIt) => {
    if (over) return;
    over = true;
    field.remove();
    pick.hidden = false;
    pick.focus();
    if (keepIt && field.value.trim() !== run.title) act(run, "rename", { name: field.value });
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // else the row would take it for a click
      end(true);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      end(false);
    }
  });
  field.addEventListener("blur", () => end(true));
  pick.hidden = true;
  row.prepend(field);
  field.focus();
  field.select();
}
