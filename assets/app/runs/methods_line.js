// One line of the table of decodings: its numbers, its caption with changed and marked words, and what it waits for.

import { el } from "../../shared/dom.js";
import { formatNumber } from "../../viewer/texts/format.js";
import { rejectionWords } from "../../viewer/texts/rejections.js";
import { t } from "../page/texts.js";

/**
 * A decoding that was made (figures/rows/decodings.py), or refused with a sentence.
 * @typedef {object} Line
 * @property {string} name
 * @property {string} [refused]
 * @property {string} run
 * @property {[text: string, changed: boolean, judgement: "right" | "hallucinated" | null][]} pieces
 * @property {number} words
 * @property {number | null} changed
 * @property {number | null} score
 * @property {number} rejected
 * @property {number | null} hallucinated
 * @property {number | null} right
 * @property {number} seconds
 * @property {import("../../viewer/texts/rejections.js").Rejections | null} rejects
 */
/** @typedef {{name: string, tokens: number, searched: number, of: number}} At */
/** @typedef {{serial: number, lines: Line[], at: At | null, done: boolean, all: string[], titles: Record<string, string>}} Table */

/** @param {Line} line */
const judged = ({ hallucinated, right }) =>
  hallucinated === null ? "–" : `${hallucinated} / ${hallucinated + (right || 0)}`;

/** @param {Line} line */
export const numbersOf = (line) => [
  line.changed === null || line.name === "plain" ? "–" : `${line.changed} / ${line.words}`,
  judged(line),
  formatNumber(line.score),
  String(line.rejected),
  t("methods_seconds", { n: formatNumber(line.seconds, 2) }),
];

/** The caption; what plain decoding did not write and what is marked are told apart, and why SGRS rejected most. @param {Line} line */
export function captionOf({ pieces, name, rejects }) {
  const parts = pieces.map(([text, changed, judgement]) => {
    const isNew = changed && name !== "plain";
    const title = [isNew && t("methods_new"), judgement && t("methods_judged_" + judgement)]
      .filter(Boolean)
      .join(" · ");
    const attributes = { "data-judged": judgement, title: title || null, text };
    return isNew ? el("mark", attributes) : el("span", attributes);
  });
  const words = el("span", { class: "app-methods-words" }, ...parts);
  return [words, rejects && el("p", { class: "app-note", text: rejectionWords(rejects) })];
}

/** What a decoding that is not there yet is waiting for. @param {string} name @param {Table} table */
export function waits(name, { at, done }) {
  if (!at || at.name !== name) return t(done ? "methods_unmade" : "methods_waits");
  const searching = !at.tokens && at.searched > 0;
  return t(searching ? "methods_searching" : "methods_at", { n: searching ? at.searched : at.tokens, m: at.of });
}
