// Both sides' answers to one table of cases: pytest asks the Python side the same (tests/test_shared_cases.py).

import assert from "node:assert/strict";
import test from "node:test";
import { joinModelKey, madeBy, modelLabel, parseModelKey } from "../../assets/shared/model_key.js";
import { opacityAt, weightAt } from "../../assets/viewer/draw/color.js";
import { alignRuns, partnerStep } from "../../assets/viewer/numbers/align.js";
import { csvText } from "../../assets/viewer/numbers/csv.js";
import { auroc, byScore, meanAndSpread } from "../../assets/viewer/numbers/judgements.js";
import { Scale, scaleOver, signedScale } from "../../assets/viewer/numbers/scale.js";
import { Run } from "../../assets/viewer/state/run.js";
import { rangesText } from "../../assets/viewer/texts/format.js";
import { cases } from "./cases.js";
import { payload } from "./payloads.js";

const near = (found, wanted, about) => assert.ok(Math.abs(found - wanted) < 1e-6 * Math.max(1, Math.abs(wanted)), `${about}: expected ${wanted}, got ${found}`); // prettier-ignore

/** A run of a case. */
const runOf = ({ model, image, output_ids: ids, output_texts: texts, ...more }) => {
  const [start, stop] = image;
  const first = more.prompt_ids.length;
  const spans = [{ kind: "prompt", start: 0, stop: first }, { kind: "image", start, stop }]; // prettier-ignore
  return new Run(payload({ ids, texts, spans, first_output: first, ...more, model: { name: model, layers: 2 } }));
};

test("two captions and prompts are aligned as the figures align them", () => {
  for (const { name, first, second, pairs, changed, keys, partners } of cases("alignment")) {
    const [a, b] = [runOf(first), runOf(second)];
    const found = alignRuns(a, b);
    assert.deepEqual(found.pairs, pairs, name);
    assert.deepEqual(found.changed.map((steps) => [...steps]), changed, name); // prettier-ignore
    assert.deepEqual([...found.there].sort(([i], [j]) => i - j), keys, name); // prettier-ignore
    assert.deepEqual([...found.back].sort(([, i], [, j]) => i - j), keys.map(([i, j]) => [j, i]), name); // prettier-ignore
    assert.deepEqual(a.steps.map((_, step) => partnerStep(found.pairs, step, b.steps.length)), partners, name); // prettier-ignore
  }
});

test("a run aligned with itself is the same everywhere", () => {
  const run = new Run(payload());
  const { there, changed, pairs } = alignRuns(run, run);
  assert.ok([...there].every(([key, other]) => key === other) && there.size === run.keys);
  assert.deepEqual([changed[0].size, changed[1].size, pairs], [0, 0, [[0, 0], [1, 1], [2, 2]]]); // prettier-ignore
});

test("colour scales have the figures' ends and places", () => {
  for (const { name, values, transform, signed, ends, low, high, largest, places } of cases("scales")) {
    const hand = ends && { low: ends[0], largest, manual: true };
    const scale = hand
      ? new Scale(ends[1], transform === "log" ? "log" : "linear", hand)
      : signed
        ? signedScale([values])
        : scaleOver([values], transform);
    near(scale.low, low, name);
    near(scale.high, high, name);
    near(scale.largest, largest, name);
    for (const [value, place] of places) near(scale.at(value), place, `${name}, ${value}`);
  }
});

test("marked tokens have the figures' statistics", () => {
  for (const one of cases("judgements")) {
    const { name, right, hallucinated, bins } = one;
    const found = byScore({ right, hallucinated }, bins);
    assert.equal(auroc(right, hallucinated), one.auroc, name);
    near(found.high, one.high, name);
    assert.deepEqual(found.counts.map((bin) => bin.right), one.right_counts, name); // prettier-ignore
    assert.deepEqual(found.counts.map((bin) => bin.hallucinated), one.hallucinated_counts, name); // prettier-ignore
    for (const kind of ["right", "hallucinated"]) {
      const spread = meanAndSpread(one[kind]);
      if (one[`${kind}_mean`] === null) assert.equal(spread, null, name);
      else {
        near(spread.mean, one[`${kind}_mean`], name);
        near(spread.sd, one[`${kind}_sd`], name);
      }
    }
  }
});

test("a table as CSV is the same text, letter by letter", () => {
  for (const { name, columns, rows, about, text } of cases("csv")) {
    assert.equal(csvText([columns, ...rows], about), text, name);
  }
});

test("model keys are read, written and called alike", () => {
  const { keys, made } = cases("model_keys");
  for (const { key, label, ...parts } of keys) {
    assert.deepEqual(parseModelKey(key), parts);
    assert.equal(joinModelKey(parts), key);
    assert.equal(modelLabel(key), label);
  }
  for (const { model, by, not_by: others } of made) {
    assert.deepEqual(by.filter((key) => !madeBy(model, key)), [], model.dtype); // prettier-ignore
    assert.deepEqual(others.filter((key) => madeBy(model, key)), [], model.dtype); // prettier-ignore
  }
});

test("consecutive numbers are written as ranges", () => {
  for (const { numbers, text } of cases("ranges")) assert.equal(rangesText(numbers), text);
});

test("a colour over a picture is as opaque as in the figures", () => {
  for (const { name, place, opacity, signed, alpha } of cases("opacity")) {
    near(opacityAt(weightAt(place, signed), opacity), alpha, name);
  }
});
