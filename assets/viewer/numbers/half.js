// Numbers as they travel: base64 of little-endian float16 or float32, decoded once.

/** Every float16 there is, by its 16 bits. */
export const HALF = new Float32Array(65536);
for (let bits = 0; bits < 65536; bits++) {
  const [exponent, fraction, sign] = [(bits >> 10) & 31, bits & 1023, bits & 32768 ? -1 : 1];
  if (exponent === 0) HALF[bits] = sign * fraction * 2 ** -24;
  else if (exponent === 31) HALF[bits] = fraction ? NaN : sign * Infinity;
  else HALF[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** @param {string} text base64 */
export function decodeBytes(text) {
  const raw = atob(text);
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}

/** @param {string} text @returns {Uint16Array} codes of float16, to be looked up in HALF */
export const halves = (text) => new Uint16Array(decodeBytes(text).buffer);

/** @param {string} text */
export const floats = (text) => new Float32Array(decodeBytes(text).buffer);

/**
 * Rows of `width` numbers, each as half precision times its row's unit.
 * @param {{codes: string, units: string}} packed
 * @param {number} width
 */
export function unpacked({ codes, units }, width) {
  const unit = floats(units);
  return Float32Array.from(halves(codes), (code, i) => HALF[code] * unit[Math.floor(i / width)]);
}
