// Keys and clicks that belong to the whole page.

import { say } from "../parts/notice.js";
import { behavior, page, small } from "./state.js";
import { t } from "./texts.js";

/** The page's own keys, for the help: as KEYS in viewer/views/help.js. @returns {import("../../viewer/views/help.js").Group[]} */
export const keys = () => [
  [
    t("keys_page"),
    [
      [["Enter"], "Ctrl Enter", t("key_run")],
      [["?"], "?", t("key_help")],
      [["Escape"], "Esc", t("key_close")],
    ],
  ],
  [t("keys_menu"), [[["ArrowUp", "ArrowDown"], "↑ ↓", t("key_menu")]]],
  [
    t("keys_runs"),
    [
      [["ArrowUp", "ArrowDown"], "↑ ↓", t("key_menu")],
      [["p"], "p", t("key_runs_pin")],
      [["F2"], "F2", t("key_runs_rename")],
      [["Delete"], "Delete", t("key_runs_delete")],
    ],
  ],
  [
    t("keys_media"),
    [
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "← →", t("key_media_step")],
      [["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], "Alt ← →", t("key_media_move")],
      [["Delete", "Backspace"], "Delete", t("key_media_remove")],
    ],
  ],
];

export function toggleHelp() {
  if (page.viewer) page.viewer.help.toggle();
}

/** @param {Event} event @param {string} selector */
const within = ({ target }, selector) => (target instanceof Element ? target.closest(selector) : null);

/** @param {Event} event */
function runPressed(event) {
  const run = /** @type {HTMLButtonElement | null} */ (within(event, "#app-run"));
  if (!run || run.disabled) return;
  say({ kind: "busy", key: "queued" }); // until the server answers
  const viewer = document.querySelector("#app-viewer");
  if (small() && viewer) viewer.scrollIntoView({ behavior: behavior(), block: "start" });
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  const { viewer } = page;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const run = /** @type {HTMLButtonElement | null} */ (document.querySelector("#app-run"));
    if (run && !run.disabled) {
      run.click();
      event.preventDefault();
    }
  }
  if (within(event, "input, textarea, select, [contenteditable=true]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "?") {
    event.preventDefault();
    toggleHelp();
  }
  if (!viewer) return;
  if (event.target === document.body) {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") viewer.strips[0].key(event);
    else if (["[", "]", "t"].includes(event.key)) viewer.key(event);
  }
  const inside = within(event, ".sv-root"); // there the viewer hears it itself
  if (event.key === "Escape" && !inside && !event.defaultPrevented) viewer.key(event);
}

export function listenToPage() {
  document.addEventListener("click", runPressed);
  document.addEventListener("keydown", pressed);
}
