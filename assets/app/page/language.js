// The page's language: the browser's, or the other one once it was asked for. Kept in the browser.

import { el } from "../../shared/dom.js";
import { keep } from "./storage.js";
import { language, t } from "./texts.js";

const LANGUAGE = "saliency-viz-language"; // read before anything else by a line in the page's head (ui/server/language.py)

/** The whole page is drawn anew: gradio's own widgets know their language only from the start. */
function change() {
  keep(LANGUAGE, language === "zh" ? "en" : "zh");
  location.reload();
}

export function languageButton() {
  const attributes = { type: "button", class: "app-button", id: "app-language", title: t("language_title") };
  const other = language === "zh" ? "en" : "zh";
  return el("button", { ...attributes, lang: other, on: { click: change } }, el("span", { text: t("language") }));
}
