// A value worked out once for something kept.

/**
 * @template T
 * @param {{memo?: Map<string, any>}} kept
 * @param {string} name
 * @param {() => T} make
 * @returns {T}
 */
export function once(kept, name, make) {
  kept.memo = kept.memo || new Map();
  if (!kept.memo.has(name)) kept.memo.set(name, make());
  return kept.memo.get(name);
}
