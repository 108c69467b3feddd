// Which numbers a colour map runs between. As Scale in saliency_viz/figures/rows/scales.py; tests/cases/scales.json holds both
// to the same answers.

const DECADES = 3; // a log scale shows this many powers of ten, unless the smallest positive value is nearer
const SHARE = 0.99; // "linear to 99 %"

/** @typedef {"linear" | "percentile" | "log"} Transform */
/** @typedef {{low?: number, largest?: number, smallest?: number, signed?: boolean, manual?: boolean}} More */

/** low and high: the numbers at the two ends. largest, smallest (above 0): of what it was made from. */
export class Scale {
  /**
   * @param {number} high
   * @param {Transform} transform
   * @param {More} [more]
   */
  constructor(high, transform, { low = 0, largest = high, smallest = 0, signed = false, manual = false } = {}) {
    this.high = high > 0 ? high : 1;
    this.transform = transform;
    this.signed = signed;
    this.largest = largest;
    this.smallest = smallest;
    this.low = low;
    if (transform === "log") this.low = this.floor(low, manual);
    else if (signed) this.low = -this.high;
    this.span = Math.log10(this.high) - Math.log10(this.low); // powers of ten; of a log scale only
  }

  /** @param {number} low @param {boolean} manual */
  floor(low, manual) {
    const decades = this.high / 10 ** DECADES;
    if (manual) return low > 0 ? low : decades;
    return Math.min(Math.max(decades, this.smallest || 0), this.high / 10); // one value alone still needs two ends
  }

  /** 0..1, the place of a value on the colour map; values outside go to the ends. @param {number} value */
  at(value) {
    if (this.transform !== "log") return Math.max(0, Math.min(1, (value - this.low) / (this.high - this.low)));
    return value <= this.low ? 0 : Math.min(1, (Math.log10(value) - Math.log10(this.low)) / this.span);
  }

  /** The value at a place. @param {number} place 0..1 */
  value(place) {
    return this.transform === "log" ? this.low * 10 ** (place * this.span) : this.low + place * (this.high - this.low);
  }

  /** @returns {[number, number][]} places and values to write at a bar */
  ticks() {
    const places = this.transform === "log" ? [0, 1 / 3, 2 / 3, 1] : [0, 0.5, 1];
    return places.map((place) => [place, this.value(place)]);
  }
}

/** @typedef {{largest: number, smallest: number, all: Float32Array}} Ends smallest: above 0, or 0 */

/**
 * @param {ArrayLike<number>[]} arrays
 * @returns {Ends}
 */
export function endsOf(arrays) {
  const all = new Float32Array(arrays.reduce((count, array) => count + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  let [largest, smallest] = [0, Infinity];
  for (const value of all) {
    if (value > largest) largest = value;
    if (value > 0 && value < smallest) smallest = value;
  }
  return { largest, smallest: smallest === Infinity ? 0 : smallest, all };
}

/**
 * Interpolates as numpy does. Sorts what it is given.
 * @param {Float32Array} values
 * @param {number} share 0..1
 */
export function quantile(values, share) {
  if (!values.length) return 0;
  const sorted = values.sort();
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]) * (place - low);
}

/** What "linear to 99 %" ends at. @param {Float32Array} values */
export const ninetyNine = (values) => quantile(values, SHARE);

/**
 * One scale for everything given together.
 * @param {ArrayLike<number>[]} arrays of numbers from 0 up
 * @param {Transform} transform
 */
export function scaleOver(arrays, transform) {
  const { largest, smallest, all } = endsOf(arrays);
  return new Scale((transform === "percentile" && ninetyNine(all)) || largest, transform, { largest, smallest });
}

/**
 * From 0 to the largest of some numbers, linear.
 * @param {number} high
 */
export const linearScale = (high) => new Scale(high, "linear", { largest: high });

/**
 * Where a difference of two runs is drawn: centred at 0, as far as the larger of the two goes.
 * @param {ArrayLike<number>[]} arrays
 */
export function signedScale(arrays) {
  let high = 0;
  for (const array of arrays) for (const value of Array.from(array)) high = Math.max(high, Math.abs(value));
  return new Scale(high, "linear", { signed: true });
}
