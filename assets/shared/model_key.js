// A model's key as the chooser and the server write it: NAME, NAME::WEIGHTS or NAME::WEIGHTS::ADAPTER. As
// saliency_viz/serving/model_key.py; tests/cases/model_keys.json holds both to the same answers.

/** @typedef {{name: string, weights: string, adapter: string}} ModelKey weights: "", "4bit" or "8bit" */

const BETWEEN = "::";

/** @param {string} key @returns {ModelKey} */
export function parseModelKey(key) {
  const [name, weights = "", ...adapter] = key.split(BETWEEN);
  return { name, weights, adapter: adapter.join(BETWEEN) };
}

/** @param {ModelKey} key */
export function joinModelKey({ name, weights, adapter }) {
  if (adapter) return [name, weights, adapter].join(BETWEEN);
  return weights ? name + BETWEEN + weights : name;
}

/** A directory by its last part. @param {string} name */
const lastPart = (name) => (name.startsWith("/") ? /** @type {string} */ (name.split("/").pop()) : name);

/** A key for people; the weights stand elsewhere. @param {string} key */
export function modelLabel(key) {
  const { name, adapter } = parseModelKey(key);
  return [name, adapter].filter(Boolean).map(lastPart).join(" + ");
}

/**
 * Whether the model of a key made a run; a directory goes by its last part.
 * @param {{name: string, dtype: string}} model of the run; dtype such as "float16 (4bit weights) + adapter NAME"; weights
 * "as stored" are the checkpoint's own
 * @param {string} key
 */
export function madeBy(model, key) {
  const { name, weights, adapter } = parseModelKey(key);
  const [dtype, added = ""] = (model.dtype || "").split(" + adapter ");
  const [, bits = ""] = dtype.match(/^\S+ \(?([48]bit)(?: weights\))?$/) || [];
  const same = (/** @type {string} */ given, /** @type {string} */ wanted) =>
    given === wanted || given === wanted.split("/").pop();
  return same(model.name, name) && bits === weights && same(added, adapter);
}
