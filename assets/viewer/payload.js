// The shapes of what the server sends of a run (saliency_viz/figures: the payload). Types only; nothing runs here.

/**
 * Rows of some steps: attention and saliency [steps, layers, keys] as base64 of float16, norm [steps, layers] of float32.
 * @typedef {{shape: [number, number, number], attention: string, saliency: string, norm: string}} Rows
 */

/** [largest, 99 % quantile, smallest above 0]
 * @typedef {[number, number, number]} RangeEnds
 * @typedef {Record<string, {run: RangeEnds, target: RangeEnds, all: RangeEnds, layers: RangeEnds[]}>} Ranges
 */

/**
 * @typedef {object} Candidate
 * @property {number} token_id
 * @property {string} text
 * @property {number} probability
 * @property {number | null} saliency S(c), Eq. 6; null: not scored
 * @property {"accepted" | "rejected" | "untried"} verdict
 * @property {number | null} draw
 * @property {number | null} [plain] its probability without the run's decoder; null: no decoder
 * @property {number | null} [other] in the decoder's other stream; null: none
 */

/**
 * @typedef {object} Step
 * @property {number} index
 * @property {number} position
 * @property {number} token_id
 * @property {string} text
 * @property {number} probability
 * @property {number} rank
 * @property {number} entropy nats
 * @property {number | null} score S, Eq. 6
 * @property {number | null} threshold tau, Eq. 7
 * @property {number[]} history
 * @property {Candidate[]} candidates
 * @property {number} rejected
 * @property {boolean} fallback
 * @property {boolean} forced
 * @property {Candidate | null} [plain] what would have been taken without the run's decoder
 * @property {boolean} [pending] drafted, not observed yet
 */

/** @typedef {{judgement: "right" | "hallucinated", note: string}} Mark */
/** @typedef {{src: string, width: number, height: number, model_size: [number, number]}} Picture */
/** @typedef {{name: string, dtype: string, layers: number, heads: number}} Model */

/**
 * @typedef {object} Settings
 * @property {{temperature: number, seed: number}} sampling
 * @property {{alpha: number, window: number, history: string, score: string} | null} sgrs
 * @property {{beta: number, window: number, renormalize: boolean} | null} locore
 * @property {number[]} forced
 * @property {unknown[]} edits
 */

/**
 * @typedef {object} Payload
 * @property {string} run id
 * @property {{prefill?: number, decode?: number, observe?: number}} [seconds] what the run took
 * @property {string} title
 * @property {string} ended
 * @property {Model} model
 * @property {Settings} settings
 * @property {string} prompt
 * @property {number[]} prompt_ids
 * @property {string[]} prompt_texts
 * @property {number} first_output
 * @property {{kind: string, start: number, stop: number}[]} spans
 * @property {number[]} target_layers
 * @property {string} [system]
 * @property {[string, string][]} [history]
 * @property {number | null} fps
 * @property {number[]} times
 * @property {number} frames_per_token
 * @property {Picture[]} pictures
 * @property {[number, number, number, number][]} boxes left, top, right, bottom as fractions of the picture
 * @property {number[]} box_images
 * @property {number[]} box_scales
 * @property {number[]} dimmed
 * @property {Step[]} steps
 * @property {(number | null)[]} expected S of each step if its position alone decided; of a whole run
 * @property {([number, number, number, number] | null)[]} part_shares of each step's saliency, target layers: template, image, prompt, outputs; of a whole run
 * @property {string | null} [decoder] its title
 * @property {import("./texts/rejections.js").Rejections | null} [rejects] where SGRS turned down most
 * @property {Record<number, Mark>} marks
 * @property {Rows | null} rows
 * @property {{image: Ranges, words: Ranges} | null} ranges
 * @property {Rows | null} picture_sums
 */

/** @typedef {{run: string, start: number, steps: Step[], rows: Rows | null, slot?: number}} Delta */

export {};
