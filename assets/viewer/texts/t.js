// Every sentence of the viewer through one table: the English sentence is the key. What is missing stays English.

import zh from "./zh.json" with { type: "json" };
import { filled } from "../../shared/text.js";

/** @type {Record<string, Record<string, string>>} */
export const languages = { en: {}, zh };
let table = languages.en;

/** @param {string} [name] such as "zh" or "zh-CN"; what is unknown is English */
export function setLanguage(name) {
  table = languages[(name || "en").slice(0, 2)] || languages.en;
}

/**
 * A sentence in the reader's language.
 * @param {string} sentence
 * @param {Record<string, unknown>} [values]
 */
export const t = (sentence, values) => filled(table[sentence] || sentence, values);
