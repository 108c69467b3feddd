// What is looked at when nobody chose: the state's keys, their first values, and the values a choice may take.

/** @typedef {"attention" | "saliency"} Kind */
/** @typedef {"row" | "raw" | "share"} Normalization */
/** @typedef {"mean" | "max"} Reduce */
/** @typedef {"pins" | "picture" | "words" | "prompt" | "all"} Hidden what a knock-out takes away */
/** @typedef {number | number[] | "target" | "all"} Layers one layer, the mean of several, of the target layers or of all */

/**
 * Every choice of the viewer. Steps are indices of outputs, keys positions in the sequence.
 * @typedef {object} State
 * @property {number | null} token the selected step; null: nobody chose yet
 * @property {number[]} also more selected steps
 * @property {Layers} layer
 * @property {"run" | "layer" | "token" | "manual"} scale over what a colour means the same
 * @property {"linear" | "percentile" | "log"} transform
 * @property {Normalization} normalization
 * @property {string} cmap
 * @property {number} opacity 0..1
 * @property {string} view name of the tab
 * @property {boolean} hide_sinks
 * @property {boolean} reveal_truth
 * @property {number[]} pins keys whose pull on every output is shown
 * @property {Kind} pin_kind
 * @property {"token" | "word" | "sentence" | "range" | "several"} granularity what a click selects
 * @property {"max" | "sum" | "each" | "none"} image_columns
 * @property {Kind | "difference"} triangle
 * @property {"outputs" | "words"} triangle_keys
 * @property {Kind} compare_kind
 * @property {Kind} matrix
 * @property {Reduce} reduce how the rows of several steps become one
 * @property {number | null} held a step kept beside the selected one
 * @property {number[]} held_also
 * @property {[number, number] | null} range_attention
 * @property {[number, number] | null} range_saliency
 * @property {"grid" | "one" | "mean" | "max"} heads_show
 * @property {number} head
 * @property {"image" | "prompt" | "outputs" | "template"} heads_part
 * @property {Kind | "difference"} heads_kind
 * @property {number | null} matrix_row
 * @property {"mean" | "blur"} fill
 * @property {boolean} follow
 * @property {"auto" | "caption" | "visit" | "examples"} claim_scope
 * @property {boolean} smooth the picture's values drawn smoothly; for the eye only
 * @property {"auto" | "bars" | "compact"} strip how the caption is written; auto: compact where it is long
 * @property {boolean} content only content words in the strip
 * @property {"auto" | "shown" | "folded"} curve the scores over the caption; auto: where the screen is high enough
 * @property {Hidden} knock_hide
 * @property {"all" | "chosen"} knock_layers
 * @property {number | null} knock_head null: every head
 * @property {number | null} frame the picture group shown; null: the most salient
 */

/** @type {State} */
export const DEFAULTS = {
  token: null,
  also: [],
  layer: "target",
  scale: "layer",
  transform: "percentile",
  normalization: "row",
  cmap: "viridis",
  opacity: 0.62,
  view: "candidates",
  hide_sinks: false,
  reveal_truth: false,
  pins: [],
  pin_kind: "saliency",
  granularity: "token",
  image_columns: "max",
  triangle: "saliency",
  triangle_keys: "outputs",
  compare_kind: "saliency",
  matrix: "saliency",
  reduce: "mean",
  held: null,
  held_also: [],
  range_attention: null,
  range_saliency: null,
  heads_show: "grid",
  head: 0,
  heads_part: "image",
  heads_kind: "attention",
  matrix_row: null,
  fill: "mean",
  follow: false,
  claim_scope: "auto",
  smooth: false,
  strip: "auto",
  content: false,
  curve: "auto",
  knock_hide: "picture",
  knock_layers: "all",
  knock_head: null,
  frame: null,
};

/** @type {Record<string, readonly unknown[]>} */
export const CHOICES = {
  scale: ["run", "layer", "token", "manual"],
  transform: ["linear", "percentile", "log"],
  normalization: ["row", "raw", "share"],
  granularity: ["token", "word", "sentence", "range", "several"],
  reduce: ["mean", "max"],
  image_columns: ["max", "sum", "each", "none"],
  triangle: ["saliency", "attention", "difference"],
  triangle_keys: ["outputs", "words"],
  compare_kind: ["attention", "saliency"],
  pin_kind: ["attention", "saliency"],
  matrix: ["attention", "saliency"],
  heads_show: ["grid", "one", "mean", "max"],
  heads_part: ["image", "prompt", "outputs", "template"],
  heads_kind: ["attention", "saliency", "difference"],
  fill: ["mean", "blur"],
  follow: [true, false],
  claim_scope: ["auto", "caption", "visit", "examples"],
  smooth: [true, false],
  strip: ["auto", "bars", "compact"],
  content: [true, false],
  curve: ["auto", "shown", "folded"],
  knock_hide: ["pins", "picture", "words", "prompt", "all"],
  knock_layers: ["all", "chosen"],
};

/** How one likes to look, whatever the run: what "reset" sets back and a page may remember. */
export const TASTE = /** @type {const} */ ([
  "scale",
  "transform",
  "normalization",
  "cmap",
  "opacity",
  "granularity",
  "reduce",
  "hide_sinks",
  "image_columns",
  "smooth",
  "strip",
  "curve",
]);
