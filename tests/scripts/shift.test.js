// What a decoder moved at a step, in words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { differs, hasOther, shiftWords } from "../../assets/viewer/state/shift.js";

const candidate = (token_id, text, probability, plain, other) => ({ token_id, text, probability, plain, other });
const step = (plain, candidates) => ({ token_id: 7, plain, candidates });

test("without a decoder nothing is said", () => {
  const one = step(null, [candidate(7, " cat", 0.5, null, null)]);
  assert.deepEqual([differs(one), hasOther(one), shiftWords(one)], [false, false, ""]);
});

test("the same token: that is said", () => {
  const one = step(candidate(7, " cat", 0.5, 0.4, null), [candidate(7, " cat", 0.5, 0.4, null)]);
  assert.equal(differs(one), false);
  assert.match(shiftWords(one), /same token/);
});

test("another token: both with their probabilities before and after, and the other stream's", () => {
  const candidates = [candidate(7, " cat", 0.6, 0.3, 0.1), candidate(9, " dog", 0.2, 0.4, 0.8)];
  const one = step(candidates[1], candidates);
  assert.deepEqual([differs(one), hasOther(one)], [true, true]);
  assert.equal(
    shiftWords(one),
    "Without the decoder “dog” would have been taken: it went from 0.4 to 0.2, “cat” from 0.3 to 0.6. " +
      "The other stream gave “dog” 0.8 and “cat” 0.1.",
  );
});

test("an edit has no other stream: nothing is said of one", () => {
  const candidates = [candidate(7, " cat", 0.6, 0.3, null), candidate(9, " dog", 0.2, 0.4, null)];
  assert.doesNotMatch(shiftWords(step(candidates[1], candidates)), /stream/);
});
