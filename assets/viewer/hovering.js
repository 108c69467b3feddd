// What is under the pointer, wherever that is: what means the same lights up in every view.

/** @typedef {import("./viewer.js").Viewer} Viewer */

/** @param {Viewer} viewer @param {number | null} key @param {number} slot whose position it is */
export function lightKey(viewer, key, slot) {
  if (key === null) viewer.tip.hide();
  if (key === viewer.lit && slot === viewer.litSlot) return;
  viewer.lit = key;
  viewer.litSlot = slot;
  const views = [...viewer.strips, viewer.curve, ...viewer.panels, viewer.heat, viewer.shownTab];
  for (const view of views) if (view.hover) view.hover(key, slot);
}

/** @param {Viewer} viewer @param {number | "target" | "all" | null} layer */
export function lightLayer(viewer, layer) {
  if (layer === viewer.litLayer) return;
  viewer.litLayer = layer;
  const views = [viewer.layers, viewer.heat, viewer.shownTab, ...viewer.panels];
  for (const view of views) if (view.hoverLayer) view.hoverLayer(layer);
}
