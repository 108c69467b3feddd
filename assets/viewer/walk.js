// Places on a picture or in a text by the keyboard: arrows go from one to the next, Enter chooses. As hovering and clicking.
(function (SV) {
  "use strict";

  // places(): [{key, x, y}] in any unit, in reading order. current(): the key one is at, or null. go(place), pick(place).
  SV.walk = (node, { places, current, go, pick }) => {
    node.addEventListener("keydown", (event) => {
      if (event.target !== node || event.ctrlKey || event.metaKey || event.altKey) return;
      const all = places(), at = all.findIndex((place) => place.key === current());
      if (!all.length) return;
      if (event.key === "Enter" || event.key === " ") {
        if (at >= 0) pick(all[at]);
      } else {
        const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: line(all, at, -1), ArrowDown: line(all, at, 1), Home: 0, End: all.length - 1 }[event.key];
        if (to === undefined) return;
        go(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, to))]);
      }
      event.preventDefault();
    });
  };

  // The place in the next line above or below, nearest in x; where one is, when there is no such line.
  function line(all, at, way) {
    if (at < 0) return 0;
    const { x, y } = all[at], beyond = all.map((place, i) => [place, i]).filter(([place]) => way * (place.y - y) > 1e-6);
    if (!beyond.length) return at;
    const next = Math.min(...beyond.map(([place]) => way * (place.y - y)));
    const near = beyond.filter(([place]) => way * (place.y - y) < next + 1e-6).map(([place, i]) => [Math.abs(place.x - x), i]);
    return near.reduce((best, one) => (one[0] < best[0] ? one : best))[1];
  }
})((window.SaliencyViewer = window.SaliencyViewer || {}));
