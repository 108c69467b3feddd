// Which tabs a page can fill: what only a server can compute is not offered where there is none.

/** @typedef {import("../viewer.js").Viewer} Viewer */

/** @param {Viewer} viewer @param {import("../layout.js").TabView | undefined} view */
export function canShow(viewer, view) {
  const needs = view && (view.needs || (view.asked && view.asked.options.kind));
  return !needs || viewer.can(needs);
}
