// The page's sentences by key, in the language of the browser. The tables come from the server (ui/i18n.py).

import { filled } from "../../shared/text.js";

export const language = (globalThis.navigator?.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";

/** @type {Record<string, string>} */
let table = {};

/** @param {Record<"en" | "zh", Record<string, string>>} texts */
export function setTexts(texts) {
  table = texts[language];
}

/** @param {string} key @param {Record<string, unknown>} [values] of its blanks */
export const t = (key, values) => filled(table[key] || key, values);
