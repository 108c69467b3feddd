// Small payloads of runs, as the server sends them.

/** base64 of float32 or float16 codes. @param {Float32Array | Uint16Array} values */
export const base64 = (values) => Buffer.from(values.buffer).toString("base64");

/** The code of a float16 that is a whole multiple of 1/1024, below 2. @param {number} value */
export function half(value) {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(value));
  return ((exponent + 15) << 10) | Math.round((value / 2 ** exponent - 1) * 1024);
}

/** Rows [steps][layers][keys] of numbers. @param {number[][][]} attention @param {number[][][]} saliency @param {number[][]} norm */
export const rows = (attention, saliency, norm) => ({
  shape: [attention.length, attention[0].length, attention[0][0].length],
  attention: base64(Uint16Array.from(attention.flat(2), half)),
  saliency: base64(Uint16Array.from(saliency.flat(2), half)),
  norm: base64(Float32Array.from(norm.flat())),
});

/** @param {Partial<any>} given */
export function payload(given = {}) {
  const { ids = [10, 11, 12], texts = [" A", " cat", "."], ...more } = given;
  return {
    run: "r",
    title: "",
    ended: "end",
    model: { name: "demo", dtype: "float32", layers: 2, heads: 3 },
    settings: { sampling: { temperature: 0, seed: 0 }, sgrs: null, locore: null, forced: [], edits: [] },
    prompt: "What is it?",
    prompt_ids: [1, 9, 9, 2, 3],
    prompt_texts: ["<s>", "<image>", "<image>", "What", "?"],
    first_output: 5,
    spans: [
      { kind: "template", start: 0, stop: 1 },
      { kind: "image", start: 1, stop: 3 },
      { kind: "prompt", start: 3, stop: 5 },
    ],
    target_layers: [1],
    fps: null,
    times: [],
    frames_per_token: 1,
    pictures: [{ src: "data:,", width: 4, height: 2, model_size: [4, 2] }],
    boxes: [[0, 0, 0.5, 1], [0.5, 0, 1, 1]], // prettier-ignore
    box_images: [0, 0],
    box_scales: [0, 0],
    dimmed: [0],
    marks: {},
    rows: null,
    ranges: null,
    picture_sums: null,
    steps: ids.map((id, index) => ({
      index,
      position: 5 + index,
      token_id: id,
      text: texts[index],
      probability: 0.5,
      rank: 1,
      entropy: 1,
      score: index ? 0.25 * index : null,
      threshold: null,
      history: [],
      candidates: [],
      rejected: 0,
      fallback: false,
      forced: false,
    })),
    ...more,
  };
}
