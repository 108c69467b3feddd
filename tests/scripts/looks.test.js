// What is worked out for the eye: which words carry content, and what lies between the patches' middles.

import assert from "node:assert/strict";
import test from "node:test";
import { fieldOf, gridOf } from "../../assets/viewer/draw/smooth.js";
import { contentWords } from "../../assets/viewer/numbers/content_words.js";

const kept = (texts) => texts.filter((_, i) => contentWords(texts)[i]);

test("content words are neither marks nor small words, and a piece goes with its word", () => {
  assert.deepEqual(kept(["There", " is", " a", " cat", "."]), [" cat"]);
  assert.deepEqual(kept([" the", " ele", "phant", "'s", " ear", ","]), [" ele", "phant", "'s", " ear"]);
  assert.deepEqual(kept([" at", "tic", " at", " 7"]), [" at", "tic", " 7"]);
  assert.deepEqual(kept(["一只", "猫", "。"]), ["一只", "猫"]);
  assert.deepEqual(contentWords([]), []);
});

test("a smooth field has each patch's value at its middle and the mean half way to the next", () => {
  const { field, width, height } = fieldOf(Float32Array.of(0, 1, 2, 3, 4, 5), 3, 2);
  assert.deepEqual([width, height], [24, 16]);
  const at = (x, y) => field[y * width + x];
  assert.deepEqual([at(0, 0), at(23, 0), at(0, 15), at(23, 15)], [0, 2, 3, 5]); // flat at the edges
  assert.deepEqual([at(3, 0), at(4, 0), at(11, 0), at(12, 0)], [0, 1 / 16, 15 / 16, 17 / 16]); // around two middles
  assert.ok(Math.abs((at(7, 0) + at(8, 0)) / 2 - 0.5) < 1e-6);
  assert.ok(Math.abs((at(0, 7) + at(0, 8)) / 2 - 1.5) < 1e-6);
});

test("patches are a grid only where they fill one", () => {
  const boxes = [[0, 0, .5, .5], [.5, 0, 1, .5], [.5, .5, 1, 1], [0, .5, .5, 1]]; // prettier-ignore
  assert.deepEqual(gridOf({ boxes }, [0, 1, 2, 3]), { columns: 2, rows: 2, order: [0, 1, 3, 2] });
  assert.equal(gridOf({ boxes }, [0, 1, 2]), null);
});
