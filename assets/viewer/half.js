// Numbers as they travel: base64 of little-endian float16 or float32, decoded once.
(function (SV) {
  "use strict";

  // Every float16 there is, by its 16 bits.
  const HALF = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31, fraction = bits & 1023, sign = bits & 32768 ? -1 : 1;
    if (exponent === 0) HALF[bits] = sign * fraction * 2 ** -24;
    else if (exponent === 31) HALF[bits] = fraction ? NaN : sign * Infinity;
    else HALF[bits] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  SV.half = HALF;

  function bytes(text) {
    const raw = atob(text), out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
    return out;
  }
  SV.bytes = bytes;
  SV.halves = (text) => new Uint16Array(bytes(text).buffer);
  // Rows of `width` numbers, each as half precision times its row's unit: Float32Array.
  SV.unpacked = ({ codes, units }, width) => {
    const unit = SV.floats(units);
    return Float32Array.from(SV.halves(codes), (code, i) => HALF[code] * unit[Math.floor(i / width)]);
  };
  SV.floats = (text) => new Float32Array(bytes(text).buffer);
})((window.SaliencyViewer = window.SaliencyViewer || {}));
