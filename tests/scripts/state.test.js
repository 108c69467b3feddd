// What is chosen and shown: the state's checks, the tokens of a choice, links, and what is done to pictures that come in.

import assert from "node:assert/strict";
import test from "node:test";
import { isVideo, refused } from "../../assets/app/media/files.js";
import { clock } from "../../assets/app/media/drawing.js";
import { permuted } from "../../assets/app/media/picture_list.js";
import { parsed, written } from "../../assets/app/page/links.js";
import { filled } from "../../assets/shared/text.js";
import { neighbour } from "../../assets/viewer/keys.js";
import { checkState, rangeEnds } from "../../assets/viewer/state/check.js";
import { stepsOf, tokenOf, unitAround } from "../../assets/viewer/state/choice.js";
import { translate } from "../../assets/viewer/state/compare.js";
import { DEFAULTS } from "../../assets/viewer/state/defaults.js";
import { layersOf } from "../../assets/viewer/state/layers.js";
import { lockedScale } from "../../assets/viewer/state/locked.js";
import { grouped, pictureShares } from "../../assets/viewer/state/pictures.js";
import { Run } from "../../assets/viewer/state/run.js";
import { payload, rows } from "./payloads.js";

/** As much of a viewer as choices need. */
function looking(first, second = null, state = {}) {
  const [run, other] = [first, second].map((given) => (given ? new Run(given) : null));
  return {
    state: { ...DEFAULTS, ...state },
    runs: [run, state.held === undefined ? other : run],
    run,
    beside: other,
    comparing: Boolean(run && (other || state.held !== undefined)),
    holding: state.held !== undefined,
    aligned: null,
    second: null,
    tabs: [{ name: "candidates" }, { name: "data" }],
  };
}

// Three steps of two layers over eight keys: image 1 and 2, outputs from 5 on.
const ATTENTION = [0, 1, 2].map((step) => [0, 1].map((layer) => Array.from({ length: 8 }, (_, key) => (key < 5 + step ? (1 + key + layer) / 16 : 0)))); // prettier-ignore
const HERE = { rows: rows(ATTENTION, ATTENTION, [[1, 2], [3, 4], [5, 6]]) }; // prettier-ignore

test("a state from outside becomes a valid one", () => {
  const viewer = looking(payload(HERE), null, {});
  const bad = { scale: "x", cmap: "jet", view: "?", opacity: 7, layer: 99, token: 44, also: [1, 9, "2"], pins: [-1, 3], frame: "x", head: -3, matrix_row: 2.5, held_also: 3, normalization: "raw" }; // prettier-ignore
  Object.assign(viewer.state, bad);
  checkState(viewer);
  const { scale, cmap, view, opacity, layer, token, also, pins, frame, head, matrix_row, normalization } = viewer.state;
  assert.deepEqual({ scale, cmap, view, opacity, layer, token }, { scale: "layer", cmap: "viridis", view: "candidates", opacity: 1, layer: 1, token: 2 }); // prettier-ignore
  assert.deepEqual({ also, pins, frame, head, matrix_row, normalization }, { also: [1, 2], pins: [3], frame: null, head: 0, matrix_row: null, normalization: "raw" }); // prettier-ignore
});

test("several layers are a sorted list of those there are; one is a number", () => {
  const viewer = looking(payload(HERE), null, {});
  const checked = (layer) => {
    viewer.state.layer = layer;
    checkState(viewer);
    return viewer.state.layer;
  };
  assert.deepEqual([checked([1, 0, 1]), checked([1, 7]), checked([]), checked("all"), checked("2.4")], [[0, 1], 1, "target", "all", 1]); // prettier-ignore
});

test("a range is two numbers from 0 up, the first below the second", () => {
  assert.deepEqual([rangeEnds([0, 1]), rangeEnds(["0.5", 2])], [[0, 1], [0.5, 2]]); // prettier-ignore
  for (const none of [[1, 1], [-1, 2], [1], "01", null, [0, NaN], [0, Infinity]]) assert.equal(rangeEnds(none), null);
});

test("a word ends at a space or a sign, a sentence at its stop", () => {
  const texts = [" Tea", "pot", "s", ",", " two", " cups", ".", " Fine"];
  assert.deepEqual([0, 1, 3, 4].map((step) => unitAround(texts, step, "word")), [[0, 1, 2], [0, 1, 2], [3], [4]]); // prettier-ignore
  assert.deepEqual(unitAround(texts, 5, "sentence"), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(unitAround(texts, 7, "sentence"), [7]);
});

test("nobody chose: the word most of whose saliency lies on the image, or the last observed one of a growing run", () => {
  const shares = [[0, 0.5, 0, 0.5], [0, 0.7, 0, 0.3], [0, 0.9, 0, 0.1]]; // prettier-ignore
  const given = { part_shares: shares, ranges: {} }; // its rows come later: the choice needs none
  assert.equal(tokenOf(looking(payload(given)), 0), 1); // the full stop drew more on the image
  assert.equal(tokenOf(looking(payload({ ...given, ended: "running" })), 0), 2);
  const marks = { 2: { judgement: "hallucinated", note: "" } };
  assert.equal(tokenOf(looking(payload({ ...given, marks })), 0), 1);
  assert.equal(tokenOf(looking(payload({ ...given, marks }), null, { reveal_truth: true }), 0), 2);
});

test("the second place follows by what means the same, or holds its own", () => {
  const other = payload({ ids: [10, 99, 11, 12], texts: [" A", " big", " cat", "."] });
  const viewer = looking(payload(HERE), other, { token: 1, also: [2] });
  assert.deepEqual([stepsOf(viewer, 0), stepsOf(viewer, 1)], [[1, 2], [2, 3]]); // prettier-ignore
  assert.deepEqual([translate(viewer, 6, 0, 1), translate(viewer, 6, 1, 0), translate(viewer, 3, 0, 1)], [7, -1, 3]);
  const held = looking(payload(HERE), null, { token: 1, held: 2, held_also: [0] });
  assert.deepEqual(stepsOf(held, 1), [0, 2]);
});

test("one layer up or down, from one, several or a name of many", () => {
  assert.deepEqual([neighbour(2, 1, 5), neighbour(4, 1, 5), neighbour(0, -1, 5)], [3, 4, 0]);
  assert.deepEqual([neighbour([1, 3], 1, 5), neighbour([1, 3], -1, 5)], [4, 0]);
  assert.deepEqual([neighbour("target", 1, 5), neighbour("all", -1, 5)], [0, 4]);
  assert.deepEqual([layersOf("target", [3], 5), layersOf([1, 9], [3], 5), layersOf(8, [3], 5)], [[3], [1], [4]]); // prettier-ignore
});

test("a locked scale is over every step, one layer or all, of the keys a row can see", () => {
  const run = new Run(payload(HERE));
  const ends = (group, change) => lockedScale([run], group, "attention", { ...DEFAULTS, transform: "linear", ...change }, [0]).high; // prettier-ignore
  assert.equal(ends("image", { layer: 0 }), 3 / 16); // key 2 of layer 0
  assert.equal(ends("image", { layer: 0, scale: "run" }), 4 / 16); // of layer 1
  assert.equal(ends("words", { layer: 0 }), 7 / 16); // key 6, seen by the last step
  assert.equal(ends("words", { layer: 0, scale: "token" }), 5 / 16); // key 4: the first step sees no further
  assert.equal(ends("words", { layer: [0, 1] }), 7.5 / 16);
});

test("several layers of a run whose rows are on their way have a scale of those that came", () => {
  const ranges = { image: {}, words: {} };
  for (const group of ["image", "words"]) for (const kind of ["attention", "saliency", "raw", "share"]) ranges[group][kind] = { run: [4, 3, 1], target: [2, 1, 1], all: [2, 1, 1], layers: [[2, 1, 1], [4, 3, 1]] }; // prettier-ignore
  const run = new Run(payload({ ranges }));
  const state = { ...DEFAULTS, layer: [0, 1], transform: "linear" };
  const high = () => lockedScale([run], "words", "attention", state, [0]).high;
  assert.equal(high(), 1); // none came: no number is known
  run.addRows(0, rows([ATTENTION[0]], [ATTENTION[0]], [[1, 2]])); // prettier-ignore
  assert.equal(high(), 5.5 / 16);
  assert.equal(lockedScale([run], "words", "attention", { ...state, layer: 1 }, [0]).high, 4); // one layer's is known
});

test("pictures that share their tokens are one group, and each gets its share", () => {
  assert.deepEqual(grouped(5, 2), [[0, 1], [2, 3], [4]]); // prettier-ignore
  assert.deepEqual([grouped(0, 1), grouped(3, 1)], [[], [[0], [1], [2]]]); // prettier-ignore
  const picture = payload().pictures[0];
  const run = new Run(payload({ ...HERE, pictures: [picture, picture], box_images: [0, 1] }));
  const shares = pictureShares(run, "attention", 0, 0, "row"); // keys 0..4 have 1..5 of 15
  assert.deepEqual([...shares].map((share) => share.toFixed(6)), [(2 / 15).toFixed(6), (3 / 15).toFixed(6)]); // prettier-ignore
});

test("LocoRE raises the last outputs before the row, and not the row itself", () => {
  const settings = { ...payload().settings, locore: { beta: 0.5, window: 2, renormalize: false } };
  const run = new Run(payload({ settings, ids: [1, 2, 3, 4, 5], texts: ["a", "b", "c", "d", "e"] }));
  assert.deepEqual([...run.gain(4)], [1, 1, 1, 1, 1, 1, 1.5, 1.5, 1, 1]); // row 8, keys 6 and 7
  assert.deepEqual([...run.gain(1)], Array(10).fill(1));
});

test("a link's words are the state again", () => {
  assert.equal(written([9, 3, 5, 4], []), "3-5.9");
  assert.equal(written("all", "target"), "all");
  assert.equal(written([0, 0.5], null), "[0,0.5]");
  const state = parsed({ also: "3-5.9", layer: "2", scale: "run", pins: "", range_saliency: "[0,0.5]" });
  assert.deepEqual(state.also, [3, 4, 5, 9]);
  assert.deepEqual([state.layer, state.scale, state.range_saliency], [2, "run", [0, 0.5]]); // prettier-ignore
  assert.equal(state.cmap, DEFAULTS.cmap); // what a link does not say is as at first
  assert.deepEqual(parsed({ pins: "1-99999999" }).pins, []); // no link fills the memory
});

test("a blank without a value stays", () => {
  assert.equal(filled("{n} of {m}", { n: 0 }), "0 of {m}");
  assert.equal(filled("{n}"), "{n}");
});

test("files that are no picture, too many or too large are refused in words", () => {
  const picture = { name: "a.png", type: "image/png", size: 1000 };
  const film = { name: "b.MKV", type: "", size: 1000 };
  assert.ok(isVideo(film) && !isVideo(picture));
  assert.deepEqual([refused([], false), refused([film, picture], false), refused([film], true)], [{ key: "media_unknown" }, { key: "media_mixed" }, { key: "media_mixed" }]); // prettier-ignore
  assert.equal(refused([picture, picture], true), null);
  assert.deepEqual(refused([{ ...picture, size: 50 * 2 ** 20 + 1 }], false), { text: "media_large" });
  assert.equal(refused([{ ...film, size: 199 * 2 ** 20 }], false), null);
});

test("pictures move in their order, and seconds read as a clock", () => {
  assert.deepEqual([permuted("abcd".split(""), 0, 2).join(""), permuted("abcd".split(""), 3, 1).join("")], ["bcad", "adbc"]); // prettier-ignore
  assert.deepEqual([0.04, 9.94, 9.96, 59.6, 605].map(clock), ["0.0", "9.9", "10", "60", "10:05"]);
});
