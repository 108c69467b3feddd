// What each view is given to draw: values, scales and lines of text of the chosen tokens. Methods of Viewer.
(function (SV) {
  "use strict";

  SV.Sources = {
    scoreScale() {
      const scores = this.runsCompared().flatMap((run) => run.steps.map((step) => (step.pending ? null : step.score))).filter((score) => score !== null && score !== undefined);
      const high = Math.max(0, ...scores);
      return new SV.Scale(high, "linear", { largest: high });
    },

    // {values [steps], scale, name} of the strip: scores, or how much each output drew on the pinned keys.
    stripValues(slot) {
      const { state } = this, run = this.runs[slot];
      if (!state.pins.length) return { values: run.steps.map((step) => step.score), scale: this.scoreScale(), name: SV.t("score") };
      const each = this.runsCompared().map((one) => {
        const keys = one === this.runs[0] ? state.pins : state.pins.map((key) => this.translate(key, 0, 1)).filter((key) => key >= 0);
        const drawn = one.drawnOn(keys, state.pin_kind, state.layer, state.normalization);
        return Array.from(drawn, (value, step) => (one.has(step) && keys.some((key) => key < one.reach(step)) ? value : null));
      });
      const high = Math.max(0, ...each.flat().filter((value) => value !== null));
      return { values: each[this.runs[0] === run ? 0 : 1], scale: new SV.Scale(high, "linear", { largest: high }), name: SV.t("drawn on the pins") };
    },

    // What a panel shows: {run, values, steps, reach, scale, wordScale, map, layer(l)}.
    source(which, kind) {
      const { state } = this, run = this.runs[which === "difference" ? 0 : which];
      if (!run) return { run: null, kind };
      if (which === "difference") return this.difference(kind);
      const steps = this.stepsOf(which), ready = steps.length && steps.every((step) => run.has(step));
      if (!ready) {
        for (const step of steps) this.fetch(run, step);
        return { run, kind, steps, values: null };
      }
      const [both, chosen] = this.comparing ? [this.runs, [this.stepsOf(0), this.stepsOf(1)]] : [[run], steps];
      return {
        run, kind, steps, map: state.cmap, reach: Math.max(...steps.map((step) => run.reach(step))),
        values: this.values(run, kind, steps, state.layer),
        scale: run.imageKeys.length ? SV.lockedScale(both, "image", kind, state, chosen) : null,
        wordScale: SV.lockedScale(both, "words", kind, state, chosen),
        layer: (layer) => this.values(run, kind, steps, layer),
      };
    },

    // Float32Array [keys] of the chosen steps as the choices say: normalised, and several of them as one.
    values(run, kind, steps, layer) { return run.values(kind, steps, layer, this.state.normalization, this.state.reduce); },

    // Second minus first, at the first run's positions; NaN where nothing corresponds.
    difference(kind) {
      const first = this.source(0, kind), second = this.source(1, kind), [run, other] = this.runs;
      if (!first.values || !second.values) return { run, kind, values: null };
      const { there } = this.alignment();
      const minus = (a, b) => Float32Array.from({ length: run.keys }, (_, key) => {
        const match = there.get(key);
        return match === undefined || key >= first.reach || match >= second.reach ? NaN : b[match] - a[key];
      });
      const values = minus(first.values, second.values);
      const signed = (keys, layered) => SV.signedScale(layered.map((row) => keys.map((key) => row[key]).filter((value) => !Number.isNaN(value))));
      const layer = (l) => minus(first.layer(l), second.layer(l));
      const shown = this.state.layer === "all" ? run.layerList("all").map(layer) : [values];
      return { run, kind, steps: first.steps, values, layer, map: SV.DIVERGING, reach: first.reach, other,
        scale: run.imageKeys.length ? signed(run.imageKeys, shown) : null, wordScale: signed(run.brightKeys, [values]) };
    },

    fetch(run, step) {
      const name = `${run.id}/${step}`;
      if (!run.ranges || run.steps[step].pending || !this.options.fetchRows || this.fetching.has(name)) return;
      const asked = this.options.fetchRows(run.id, step);
      if (!asked) return;
      this.fetching.add(name);
      asked.then((rows) => {
        this.fetching.delete(name);
        if (!rows || this.gone || !this.runs.includes(run)) return;
        run.addRows(step, rows);
        this.schedule();
      }, () => this.fetching.delete(name));
    },

    stepLines(slot, index) {
      const run = this.runs[slot], step = run.steps[index], shown = this.stripValues(slot);
      const lines = [`${run.quoted(run.first + index)} · ${SV.t("token {i}", { i: index })}`];
      if (step.pending) return [...lines, SV.t("not observed yet")];
      lines.push([SV.t("score"), SV.number(step.score)]);
      if (step.threshold !== null && step.threshold !== undefined) lines.push(["τ", SV.number(step.threshold)]);
      lines.push(["p", `${SV.number(step.probability)} (${SV.t("rank {n}", { n: step.rank })})`]);
      if (this.state.pins.length) lines.push([shown.name, SV.number(shown.values[index])]);
      if (step.rejected) lines.push([SV.t("rejected"), String(step.rejected)]);
      if (step.fallback) lines.push(SV.t("fallback: no candidate reached tau"));
      const mark = run.marks[index];
      if (mark && this.state.reveal_truth) lines.push([SV.t("truth"), SV.t(mark.judgement)]);
      return lines;
    },

    keyLines(panel, key) {
      const source = panel.source(), { run } = source, patch = run.patchOf.get(key);
      const lines = [patch === undefined ? `${run.quoted(key)} · ${SV.t("position {p}", { p: key })}` : `${SV.t("patch {n}", { n: patch })} · ${SV.t("position {p}", { p: key })}`];
      if (run.kinds[key] === "history") lines.push(SV.t("an earlier turn"));
      if (patch !== undefined && run.several) lines.push(run.groupWords(Math.floor(run.boxImages[patch] / run.together)));
      if (!source.values) return lines;
      if (source.lines) return key < source.reach ? [...lines, ...source.lines(key)] : [...lines, SV.t("not reached")];
      if (key >= source.reach) return [...lines, SV.t("not yet written at this token")];
      if (panel.which === "difference") return [...lines, [this.placeName("difference"), SV.number(source.values[key], 4)]];
      const other = panel.kind === "attention" ? "saliency" : "attention";
      for (const kind of [panel.kind, other]) lines.push([SV.t(kind), SV.number(this.values(run, kind, source.steps, this.state.layer)[key], 4)]);
      if (source.steps.length === 1) {
        const gain = run.gain(source.steps[0])[key];
        if (gain > 1) {
          lines.push([SV.t("LocoRE gain"), "×" + SV.number(gain)]);
          if (!run.settings.locore.renormalize && panel.kind === "attention") lines.push([SV.t("attention before the gain"), SV.number(source.values[key] / gain, 4)]);
        }
      }
      if (run.dimmed.has(key)) lines.push(SV.t("template or sink: outside the scale"));
      return lines;
    },
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
