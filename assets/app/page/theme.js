// Light and dark, kept in the browser.

import { el } from "../../shared/dom.js";
import { icon } from "./icons.js";
import { keep, recalled } from "./storage.js";
import { t } from "./texts.js";

const THEME = "saliency-viz-theme";

function toggleTheme() {
  const dark = document.body.classList.toggle("dark");
  keep(THEME, dark ? "dark" : "light");
}

export function rememberedTheme() {
  const kept = recalled(THEME);
  if (kept && !new URL(location.href).searchParams.get("__theme")) {
    document.body.classList.toggle("dark", kept === "dark");
  }
}

export function themeButton() {
  const name = t("theme");
  const attributes = {
    type: "button",
    class: "app-button app-round",
    id: "app-theme",
    "aria-label": name,
    title: name,
  };
  return el("button", { ...attributes, on: { click: toggleTheme } }, icon("theme"));
}
