// Rows a large run came without, fetched in the background: nearest to the chosen token first, a few steps at a time.
(function (SV) {
  "use strict";

  const BYTES = 700e3; // of one answer, before base64
  const REST = 20, REDRAW = 350; // ms between two answers, and between two drawings of what they fill
  const PATIENCE = 3; // answers that may fail before the rest is left to clicks

  class Rows {
    constructor(viewer) {
      this.viewer = viewer;
      this.running = new Set();
      this.left = new Set(); // runs whose rest is left to clicks
      this.root = SV.el("span", { class: "sv-rows sv-hint", hidden: true });
    }

    // What a run lacks is fetched while it is shown, once the chosen token's own rows are there.
    follow() {
      const { viewer } = this;
      for (const run of viewer.runsCompared()) {
        const ready = run.ranges && run.payload.ended !== "running" && viewer.stepsOf(0).every((step) => viewer.run.has(step));
        if (ready && !run.complete && viewer.options.fetchRows && !this.running.has(run) && !this.left.has(run)) this.fetch(run);
      }
      this.tell();
    }

    tell() {
      const { run } = this.viewer, lacking = run && run.ranges ? run.rows.filter((row) => !row).length : 0;
      this.root.hidden = !lacking || !this.running.has(run);
      if (lacking) this.root.textContent = SV.t("loading rows {n} / {m}", { n: run.rows.length - lacking, m: run.rows.length });
    }

    async fetch(run) {
      const { viewer } = this, shown = () => !viewer.gone && viewer.runs.includes(run);
      this.running.add(run);
      let failed = 0;
      while (shown() && !run.complete && failed < PATIENCE) {
        const [first, count] = SV.nearest(run.rows, viewer.tokenOf(viewer.runs.indexOf(run)), Math.max(1, Math.floor(BYTES / (4 * run.layers * run.keys))));
        try {
          const rows = await viewer.options.fetchRows(run.id, first, count);
          if (!shown()) break;
          run.addRows(first, rows);
          this.came(run);
        } catch (lost) {
          failed++;
        }
        if (!run.complete) await new Promise((next) => setTimeout(next, REST));
      }
      this.running.delete(run);
      if (failed === PATIENCE) this.left.add(run);
      if (shown()) viewer.schedule();
    }

    // Only what shows the whole caption is drawn again, now and then; the chosen token's views stay as they are.
    came(run) {
      const { viewer } = this, now = performance.now();
      this.tell();
      if (now - (this.drew || 0) < REDRAW) return;
      this.drew = now;
      if (viewer.state.pins.length) return viewer.schedule();
      const tab = viewer.tabs.find((one) => one.name === viewer.state.view);
      if (tab.view.whole && run === viewer.run && viewer.onScreen(tab.view.root)) tab.view.draw();
    }
  }
  SV.Rows = Rows;

  // [first, count] of the missing steps nearest to one, at most so many, in one piece.
  SV.nearest = (rows, from, most) => {
    for (let away = 0; away < rows.length; away++) {
      for (const step of [from + away, from - away]) {
        if (step < 0 || step >= rows.length || rows[step]) continue;
        let low = step, high = step;
        if (step >= from) while (high + 1 < rows.length && !rows[high + 1] && high - low + 1 < most) high++;
        else while (low > 0 && !rows[low - 1] && high - low + 1 < most) low--;
        return [low, high - low + 1];
      }
    }
    return null;
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
