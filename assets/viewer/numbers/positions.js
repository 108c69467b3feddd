// What stands at each position of the sequence: which part it belongs to, and which positions are the image's.

/** @typedef {"template" | "image" | "prompt" | "outputs"} Part */
/** @type {Part[]} */
export const PARTS = ["template", "image", "prompt", "outputs"];
/** @type {Record<string, number>} a span's kind -> an index in PARTS; what is not here is template */
const PART = { image: 1, prompt: 2, history: 2, output: 3 };

/**
 * parts [keys]: an index in PARTS; kinds [keys]: the span's own word; imageKeys: positions of the image's tokens.
 * @param {{kind: string, start: number, stop: number}[]} spans
 * @param {number} first position of the first output
 * @param {number} keys
 */
export function positionsOf(spans, first, keys) {
  const kinds = /** @type {string[]} */ (new Array(keys).fill("template"));
  for (const { kind, start, stop } of spans) kinds.fill(kind, start, Math.min(stop, keys));
  const imageKeys = [...kinds.keys()].filter((key) => kinds[key] === "image");
  kinds.fill("output", first);
  return { parts: Uint8Array.from(kinds, (kind) => PART[kind] || 0), kinds, imageKeys };
}
