// How a visitor likes to look, kept in the browser: what was changed by hand, and only until it is set back.
(function (App) {
  "use strict";

  const FLAG = "saliency-viz-view", VISIT = "saliency-viz-visit";

  function kept() {
    try { return { ...JSON.parse(localStorage.getItem(FLAG)) }; } catch (refused) { return {}; }
  }

  // At the start, before a link has its say.
  function likeBefore(viewer) {
    const found = kept();
    viewer.setState(Object.fromEntries(window.SaliencyViewer.TASTE.filter((key) => key in found).map((key) => [key, found[key]])));
  }

  // The visitor changed something: what of it is a matter of taste is kept, a value by hand of one run's numbers is not.
  function like(state, changed) {
    const { DEFAULTS, TASTE } = window.SaliencyViewer, keys = TASTE.filter((key) => key in changed), found = kept();
    if (!keys.length) return;
    for (const key of keys) {
      if (state[key] === DEFAULTS[key] || state[key] === "manual") delete found[key];
      else found[key] = state[key];
    }
    try { localStorage.setItem(FLAG, JSON.stringify(found)); } catch (refused) { /* private window */ }
  }

  // What the server is told as a page opens: the decoding of the last visit, and a token of this tab, by which a reload
  // finds its runs again.
  function recall() {
    try {
      const visit = sessionStorage.getItem(VISIT) || [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      sessionStorage.setItem(VISIT, visit);
      return JSON.stringify({ settings: JSON.parse(localStorage.getItem("saliency-viz-settings") || "[]"), visit });
    } catch (refused) { return ""; } // private window, damaged memory
  }

  Object.assign(App, { like, likeBefore, recall });
})((window.SaliencyApp = window.SaliencyApp || {}));
