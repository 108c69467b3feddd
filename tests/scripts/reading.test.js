// The reading in words: hand-worked ranks, shares and sentences, and which word is looked at first.

import assert from "node:assert/strict";
import test from "node:test";
import { captionShares, isWord, markedWords, median, rankOf, tellingStep, wordShares } from "../../assets/viewer/numbers/reading.js"; // prettier-ignore
import { Run } from "../../assets/viewer/state/run.js";
import { captionSentences, formatSupport, supportRank, wordSentences } from "../../assets/viewer/texts/reading.js";
import { setLanguage } from "../../assets/viewer/texts/t.js";
import { payload } from "./payloads.js";

const mark = (judgement, note = "") => ({ judgement, note });
// "A cat, teapot and owl." and the end mark: template, image, prompt, outputs.
const TEXTS = [" A", " cat", ",", " tea", "pot", " owl", "."];
const SHARES = [[0.5, 0.3, 0.2, 0], [0.1, 0.82, 0, 0.08], [0, 0.95, 0, 0.05], [0.1, 0.2, 0.1, 0.6], [0, 0.4, 0.2, 0.4], [0.1, 0.7, 0, 0.2], null]; // prettier-ignore
const SCORES = [null, 0.3, 0.02, 2.3e-7, 0.1, 0.02, 0.01];
const MARKS = { 1: mark("right", "cat (in the scene)"), 3: mark("hallucinated", "teapot (not in the scene)"), 4: mark("hallucinated", "teapot (not in the scene)"), 5: mark("right", "owl (in the scene)") }; // prettier-ignore

function told(more = {}) {
  const given = payload({ ids: TEXTS.map((_, i) => i + 10), texts: TEXTS, marks: MARKS, part_shares: SHARES, expected: [null, 0.3, 0.15, 0.1, 0.05, 0.06, 0.05], ...more }); // prettier-ignore
  given.steps.forEach((step, i) => (step.score = SCORES[i]));
  return new Run(given);
}

test("neighbouring tokens marked alike are one word, with the object a scene's note names", () => {
  const words = markedWords({ ...MARKS, 6: mark("right", "looks so to me") });
  assert.deepEqual(words.map(({ steps }) => steps), [[1], [3, 4], [5], [6]]); // prettier-ignore
  assert.deepEqual(words.map(({ object }) => object), ["cat", "teapot", "owl", null]); // prettier-ignore
  assert.deepEqual(words.map(({ hallucinated }) => hallucinated), [false, true, false, false]); // prettier-ignore
});

test("rank 1 is the highest, equal scores share a rank, and a word without a score has none", () => {
  assert.deepEqual(rankOf(SCORES, 1), { rank: 1, of: 6, below: 1 });
  assert.deepEqual(rankOf(SCORES, 2), { rank: 3, of: 6, below: 2 / 5 });
  assert.deepEqual(rankOf(SCORES, 5), { rank: 3, of: 6, below: 2 / 5 });
  assert.deepEqual(rankOf(SCORES, 3), { rank: 6, of: 6, below: 0 });
  assert.equal(rankOf(SCORES, 0), null);
  assert.deepEqual(rankOf([null, 0.2], 1), { rank: 1, of: 1, below: 0 });
});

test("a word's shares are the mean of its tokens', a caption's that of its words but the first", () => {
  assert.deepEqual(wordShares(SHARES, [3, 4]), { image: (0.2 + 0.4) / 2, outputs: (0.6 + 0.4) / 2 });
  assert.equal(wordShares(SHARES, [6]), null);
  const { image, outputs } = captionShares(TEXTS, SHARES);
  assert.ok(Math.abs(image - (0.82 + 0.2 + 0.4 + 0.7) / 4) < 1e-12); // no comma, no full stop
  assert.ok(Math.abs(outputs - (0.08 + 0.6 + 0.4 + 0.2) / 4) < 1e-12);
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
});

test("one looks first at the hallucinated word where marks are shown, else at the word that drew most on the picture", () => {
  assert.equal(tellingStep(TEXTS, SHARES, MARKS), 3);
  assert.equal(tellingStep(TEXTS, SHARES, {}), 1); // the comma drew more
  assert.equal(tellingStep([" A", "", "\n"], [], {}), 0); // no other is a word
  assert.equal(tellingStep([" A"], [], {}), 0);
  assert.equal(tellingStep([], [], {}), 0);
  assert.deepEqual(["", ".", "\n", " a", "猫", "3"].map(isWord), [false, false, false, true, true, true]);
});

test("a hallucinated word is told, beside the right ones of its caption", () => {
  assert.deepEqual(wordSentences(told(), [3], true), [
    "There is no teapot here.",
    "50\u00a0% of what mattered to it were earlier words (for the right ones 14\u00a0%, the median of 2), 30\u00a0% the picture.",
    "Support about 0: about 0 times what its place alone would give.",
  ]);
});

test("nothing is said of the truth before it is shown, nor of a growing word", () => {
  assert.deepEqual(wordSentences(told(), [5], false), [
    "20\u00a0% of what mattered to it were earlier words, 70\u00a0% the picture.",
    "Support 0.02: 0.33 times what its place alone would give.",
  ]);
  assert.deepEqual(captionSentences(told(), false), ["Of what mattered to its words, 53\u00a0% was the picture and 32\u00a0% earlier words, on average."]); // prettier-ignore
  assert.deepEqual(captionSentences(told({ ended: "running" }), true), []);
  assert.match(wordSentences(told(), [0], false)[0], /^It is the first word/);
});

test("a caption names what is not there, and a person's marks are called marks", () => {
  assert.equal(captionSentences(told(), true)[0], "Of the 3 objects it names, not there: “teapot”.");
  assert.equal(captionSentences(told({ marks: { 1: MARKS[1] } }), true)[0], "The object it names is there.");
  const own = { 1: mark("right", "I see it"), 5: mark("hallucinated") };
  assert.equal(captionSentences(told({ marks: own }), true)[0], "Of 2 marked words, hallucinated: “owl”.");
  assert.equal(wordSentences(told({ marks: own }), [5], true)[0], "“owl” is marked hallucinated.");
});

test("a support of next to nothing is about 0, every other is a number", () => {
  assert.deepEqual([2.3e-7, 0, 0.0009, 0.001, -0.2, null].map((value) => formatSupport(value)), ["about 0", "about 0", "about 0", "0.001", "−0.2", "–"]); // prettier-ignore
  assert.equal(formatSupport(0.0303), "0.0303");
  assert.equal(supportRank(told(), 3).short, "rank 6 of 6");
  assert.match(supportRank(told(), 1).long, /100\u00a0% of the others have less/);
  assert.equal(supportRank(told(), 0), null);
});

test("the reading speaks Chinese", () => {
  setLanguage("zh");
  const all = [...wordSentences(told(), [3], true), ...captionSentences(told(), true)];
  setLanguage("en");
  for (const sentence of all) assert.match(sentence, /[\u4e00-\u9fff]/);
});
