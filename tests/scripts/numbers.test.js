// What the viewer computes, against numbers one can work out on paper.

import assert from "node:assert/strict";
import test from "node:test";
import { colorAt, cssColor, opacityAt, tintOf } from "../../assets/viewer/draw/color.js";
import { arrange, cellAt } from "../../assets/viewer/draw/cells.js";
import { labelEvery, path } from "../../assets/viewer/draw/chart.js";
import { everyNth, plotlyText } from "../../assets/viewer/draw/plot.js";
import { nextLine } from "../../assets/viewer/draw/walk.js";
import { columnsOf, columnValue } from "../../assets/viewer/numbers/columns.js";
import { HALF, floats, halves, unpacked } from "../../assets/viewer/numbers/half.js";
import { headRow, headShares, headsRow } from "../../assets/viewer/numbers/heads.js";
import { positionsOf } from "../../assets/viewer/numbers/positions.js";
import { decodeRows, layerRow, meanRow, nearestMissing, partShares, reducedRow } from "../../assets/viewer/numbers/rows.js"; // prettier-ignore
import { Scale } from "../../assets/viewer/numbers/scale.js";
import { finePercent, formatNumber, formatPercent, quoted, visible } from "../../assets/viewer/texts/format.js";
import { base64, half, rows } from "./payloads.js";

const list = (values) => Array.from(values, (value) => Number(value.toPrecision(6)));

test("every float16 has its value", () => {
  assert.deepEqual([0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff].map((code) => HALF[code]), [1, -2, 2 ** -24, 1023 * 2 ** -24, 65504]); // prettier-ignore
  assert.ok(Number.isNaN(HALF[0x7c01]) && HALF[0x7c00] === Infinity && HALF[0xfc00] === -Infinity);
  assert.deepEqual(
    [0, 0.25, 1.5, 0.0625].map((value) => HALF[half(value)]),
    [0, 0.25, 1.5, 0.0625],
  );
});

test("numbers travel as base64 of their little-endian bytes", () => {
  assert.deepEqual([...floats("AACAPwAAAMA=")], [1, -2]);
  assert.deepEqual([...halves("ADwAwA==")], [0x3c00, 0xc000]);
  const packed = { codes: base64(Uint16Array.from([0.5, 1, 0.25, 1], half)), units: base64(Float32Array.of(2, 8)) };
  assert.deepEqual([...unpacked(packed, 2)], [1, 2, 2, 8]); // each row times its own unit
});

test("a layer's row is as it came, raw or as shares, and 0 from its reach on", () => {
  const [held] = decodeRows(rows([[[0.5, 0.25, 1]]], [[[0.25, 0.75, 1]]], [[4]]));
  assert.deepEqual([...layerRow(held, "attention", 0, "row", 4, 2)], [0.5, 0.25, 0, 0]);
  assert.deepEqual([...layerRow(held, "saliency", 0, "raw", 4, 2)], [1, 3, 0, 0]);
  assert.deepEqual([...layerRow(held, "attention", 0, "raw", 3, 2)], [0.5, 0.25, 0]); // attention has no norm
  assert.deepEqual(list(layerRow(held, "attention", 0, "share", 3, 2)), [0.666667, 0.333333, 0]);
  assert.deepEqual([...layerRow(held, "attention", 0, "share", 3, 0)], [0, 0, 0]); // a row of 0 stays 0
});

test("each step's layers are cut from the right place", () => {
  const [a, b] = decodeRows(rows([[[0.5], [1]], [[0.25], [0]]], [[[0], [0]], [[1], [0.5]]], [[1, 2], [3, 5]])); // prettier-ignore
  assert.deepEqual([HALF[a.attention[1]], HALF[b.attention[0]], HALF[b.saliency[1]]], [1, 0.25, 0.5]);
  assert.deepEqual([[...a.norm], [...b.norm]], [[1, 2], [3, 5]]); // prettier-ignore
});

test("several rows become one by mean or by the largest", () => {
  const two = [Float32Array.of(1, 0, 3), Float32Array.of(2, 0.5, 1)];
  assert.deepEqual([...meanRow(two, 3)], [1.5, 0.25, 2]);
  assert.deepEqual([...reducedRow(two, "max")], [2, 0.5, 3]);
  assert.deepEqual([...reducedRow(two, "mean")], [1.5, 0.25, 2]);
  assert.equal(meanRow(two.slice(0, 1), 3), two[0]);
  assert.deepEqual([...meanRow([], 2)], [0, 0]); // the chosen layers are another model's
});

test("shares of the parts add to 1; a row of 0 has none", () => {
  const parts = Uint8Array.of(0, 1, 1, 2, 3);
  assert.deepEqual(partShares(Float32Array.of(1, 2, 3, 1, 1), parts), { template: 0.125, image: 0.625, prompt: 0.125, outputs: 0.125 }); // prettier-ignore
  assert.equal(partShares(new Float32Array(5), parts), null);
});

test("positions know their part, also an earlier turn and the system's words", () => {
  const spans = [["system", 0, 1], ["image", 1, 3], ["history", 3, 4], ["prompt", 4, 5]].map(([kind, start, stop]) => ({ kind, start, stop })); // prettier-ignore
  const { parts, kinds, imageKeys } = positionsOf(spans, 6, 8);
  assert.deepEqual([...parts], [0, 1, 1, 2, 2, 0, 3, 3]);
  assert.deepEqual([kinds[0], kinds[5], kinds[7]], ["system", "template", "output"]);
  assert.deepEqual(imageKeys, [1, 2]);
});

test("the missing rows nearest to the token come first, a few at a time, in one piece", () => {
  assert.deepEqual(nearestMissing([0, 0, 0, 1, 0, 0], 3, 9), [4, 2]);
  assert.deepEqual(nearestMissing([0, 0, 0, 1, 1, 1], 3, 9), [0, 3]);
  assert.deepEqual(nearestMissing([0, 0, 0, 1, 1, 1], 4, 2), [1, 2]);
  assert.deepEqual(nearestMissing([0, 1, 0, 1, 0, 0, 0], 3, 2), [4, 2]);
  assert.equal(nearestMissing([1, 1], 0, 2), null);
});

test("the image is one column, each of its tokens, or none", () => {
  const parts = Uint8Array.of(0, 1, 1, 2, 1, 3);
  const keys = (mode, hidden = new Set()) => columnsOf(parts, mode, hidden).map((column) => column.keys);
  assert.deepEqual(keys("max"), [[0], [1, 2], [3], [4], [5]]); // two stretches of image tokens stay two
  assert.deepEqual(keys("each"), [[0], [1], [2], [3], [4], [5]]);
  assert.deepEqual(keys("none", new Set([0, 1])), [[3], [5]]);
  const row = Float32Array.of(0, 0.5, 0.25, 0, 0, 0);
  assert.deepEqual([true, false].map((sum) => columnValue({ keys: [1, 2], kind: "block" }, row, sum)), [0.75, 0.5]); // prettier-ignore
});

test("heads are read by layer, head and key", () => {
  const attention = Float32Array.from({ length: 2 * 3 * 2 }, (_, i) => i); // [2 layers, 3 heads, 2 keys]
  const held = { shape: [2, 3, 2], attention, saliency: new Float32Array(12) };
  assert.deepEqual([...headRow(held, "attention", [1], 2, 3)], [10, 11, 0]);
  assert.deepEqual([...headRow(held, "attention", [0, 1], 1, 2)], [5, 6]); // mean over layers
  assert.deepEqual(list(headsRow(held, "attention", [0], { how: "mean", head: 0 }, 2)), [2, 3]);
  assert.deepEqual([...headsRow(held, "attention", [0], { how: "max", head: 0 }, 2)], [4, 5]);
  assert.deepEqual([...headsRow(held, "attention", [0], { how: "one", head: 9 }, 2)], [4, 5]); // the last there is
  const shares = headShares(held, "attention", Uint8Array.of(0, 1), 1);
  assert.deepEqual(list(shares[1]), [7 / 13, 9 / 17, 11 / 21].map((share) => Number(share.toPrecision(6)))); // prettier-ignore
  assert.ok(Number.isNaN(headShares(held, "saliency", Uint8Array.of(0, 1), 1)[0][0]));
});

test("a scale's ticks are its own numbers", () => {
  assert.deepEqual(new Scale(4, "linear").ticks(), [[0, 0], [0.5, 2], [1, 4]]); // prettier-ignore
  assert.deepEqual(new Scale(1000, "log").ticks().map(([, value]) => Math.round(value)), [1, 10, 100, 1000]); // prettier-ignore
});

test("the ends of a map are its first and last colour", () => {
  assert.deepEqual([colorAt("viridis", 0), colorAt("viridis", 1)], [[68, 1, 84], [253, 231, 37]]); // prettier-ignore
  assert.deepEqual(colorAt("viridis", 7), colorAt("viridis", 1));
  assert.equal(cssColor([1, 2, 3]), "rgb(1 2 3)");
  assert.equal(cssColor([1, 2, 3], "0.5"), "rgb(1 2 3 / 0.5)");
  assert.equal(opacityAt(0, 0.62), 0); // a patch of zero leaves the picture untouched
  assert.deepEqual([opacityAt(0, 1), opacityAt(0.3, 1), opacityAt(1, 0.5)], [1, 1, 0.75]);
});

test("ink on every colour has the contrast that AA asks for", () => {
  const light = (css) => {
    const [r, g, b] = css.match(/\d+/g).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4)); // prettier-ignore
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const theme of ["light", "dark"]) {
    for (const map of ["viridis", "cividis", "magma", "RdBu_r"]) {
      for (let i = 0; i <= 100; i++) {
        const { background, ink } = tintOf(map, i / 100, theme);
        const [low, high] = [light(background), light(ink)].sort((a, b) => a - b);
        assert.ok((high + 0.05) / (low + 0.05) >= 4.5, `${map} ${theme} ${i}`);
      }
    }
  }
});

test("small multiples fill their area, and a place finds its cell", () => {
  assert.deepEqual(arrange(6, 300, 200, 1), { columns: 3, rows: 2, cell: 100 });
  assert.deepEqual(arrange(2, 100, 400, 1), { columns: 1, rows: 2, cell: 100 });
  const grid = { columns: 3, left: 0.1, top: 0, width: 0.25, height: 0.5, count: 5, gap: [0.1, 0.1] };
  const { index, x, y } = cellAt(grid, 0.1 + 0.25 * 1.5, 0.75);
  assert.deepEqual([index, list([x, y])], [4, [0.5, 0.5]]);
  assert.equal(cellAt(grid, 0.1 + 0.25 * 2.5, 0.75), null); // the sixth place is empty
  assert.equal(cellAt(grid, 0.05, 0.2), null);
  assert.equal(cellAt(null, 0, 0), null);
});

test("labels keep apart, paths go through their points", () => {
  assert.deepEqual([30, 13, 5, 0.1].map((wide) => labelEvery(wide, 26)), [1, 2, 10, 200]); // prettier-ignore
  assert.equal(path([[0, 1], [2.25, 3]]), "M0.0 1.0L2.3 3.0"); // prettier-ignore
  assert.deepEqual([everyNth(10, 400), everyNth(100, 400), everyNth(10, 0)], [1, 4, 3]);
});

test("plotly reads no tag, entity or formula in a token", () => {
  assert.equal(plotlyText("<b>&amp;$x$", 99), "&lt;b&gt;&amp;amp;&#36;x&#36;");
  assert.equal(plotlyText("abcdef", 4), "abc…");
});

test("arrows go to the next line's nearest place, or stay", () => {
  const places = [[0, 0], [10, 0], [20, 0], [4, 5], [18, 5]].map(([x, y], key) => ({ key, x, y })); // prettier-ignore
  assert.deepEqual([nextLine(places, 1, 1), nextLine(places, 2, 1), nextLine(places, 4, -1)], [3, 4, 2]);
  assert.deepEqual([nextLine(places, 0, -1), nextLine(places, 3, 1), nextLine(places, -1, 1)], [0, 3, 0]);
});

test("numbers and tokens are written so that a person can read them", () => {
  assert.deepEqual([0, 0.00123456, 0.000123, 1234.5, 12345, -2.5, null, NaN].map((value) => formatNumber(value)), ["0", "0.00123", "1.23e−4", "1230", "1.23e4", "−2.5", "–", "–"]); // prettier-ignore
  assert.equal(formatNumber(1.23456, 5), "1.2346");
  assert.deepEqual([0, 0.0004, 0.05, 0.0994, 0.0996, 1, null].map(formatPercent), ["0\u00a0%", "<0.1\u00a0%", "5.0\u00a0%", "9.9\u00a0%", "10\u00a0%", "100\u00a0%", "–"]); // prettier-ignore
  assert.deepEqual([finePercent(0.12345), finePercent(null)], ["12.35\u00a0%", "–"]);
  assert.deepEqual(["", "  ", "a\nb", "\u202eevil", " cat"].map(visible), ["∅", "␣␣", "a⏎b", "·evil", " cat"]);
  assert.equal(quoted(" cat"), "“cat”");
});
