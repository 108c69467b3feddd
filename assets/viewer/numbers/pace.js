// Whether the model answers a question in under a second: as its last answers in this page took, else as the run's own
// times let expect. A question's size is told in readings of the whole sequence, forward and backward.

const QUICK = 1; // s

/** @typedef {{model: {name: string}, seconds?: {prefill?: number, decode?: number, observe?: number} | null}} Made */

export class Pace {
  constructor() {
    /** @type {Map<string, number>} seconds of a reading, by model */
    this.known = new Map();
  }

  /** @param {string} model @param {number} readings @param {number} seconds from question to answer */
  heard(model, readings, seconds) {
    this.known.set(model, seconds / readings);
  }

  /** @param {Made} run @param {number} steps of it @param {number} readings */
  quick(run, steps, readings) {
    const reading = this.known.get(run.model.name) ?? readingOf(run, steps);
    return reading !== null && readings * reading < QUICK;
  }
}

/** Seconds of a reading where the run was made, null where they are not known. @param {Made} run @param {number} steps */
function readingOf({ seconds }, steps) {
  const { prefill, decode = 0, observe = 0 } = seconds || {};
  return prefill && steps ? prefill + (decode + observe) / steps : null;
}
