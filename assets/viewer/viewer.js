// The viewer: one state, up to two runs, and the views that are drawn from them. Asks the server for nothing to draw.
(function (SV) {
  "use strict";

  const DEFAULTS = {
    token: null, also: [], layer: "target", scale: "layer", transform: "percentile", normalization: "row", cmap: "viridis", opacity: 0.62,
    view: "candidates", hide_sinks: false, reveal_truth: false, pins: [], pin_kind: "saliency", granularity: "token",
    image_columns: "max", triangle: "saliency", triangle_keys: "outputs", compare_kind: "saliency", matrix: "saliency",
  };
  const CHOICES = { scale: ["run", "layer", "token"], transform: ["linear", "percentile", "log"], normalization: ["row", "raw", "share"],
    granularity: ["token", "word", "sentence"], image_columns: ["max", "sum", "each", "none"],
    triangle: ["saliency", "attention", "difference"], triangle_keys: ["outputs", "words"], compare_kind: ["attention", "saliency"],
    pin_kind: ["attention", "saliency"], matrix: ["attention", "saliency"] };
  const STREAM = 150; // ms
  const TABS = [["candidates", "Candidates", "Candidates"], ["layers", "All layers", "Layers"], ["words", "Words × words", "Triangle"], ["over", "Over the caption", "Over"], ["heads", "Heads", "Heads"], ["matrix", "One token's map", "Matrix"], ["marks", "Marks", "Marks"], ["data", "Data", "Data"]];

  class Viewer {
    constructor(root, options) {
      this.options = options || {};
      this.Plotly = this.options.plotly || window.Plotly;
      SV.setLanguage(this.options.lang);
      this.root = root;
      this.state = { ...DEFAULTS };
      this.runs = [null, null];
      this.lit = null;
      this.litSlot = 0;
      this.images = new Map();
      this.fetching = new Set();
      this.frame = null;
      this.build();
      this.watch();
      this.draw();
    }

    get run() { return this.runs[0]; }
    get comparing() { return Boolean(this.runs[0] && this.runs[1]); }
    get theme() { return this.dark ? "dark" : "light"; }

    build() {
      const { root } = this;
      root.classList.add("sv-root");
      this.tip = new SV.Tip(root);
      this.strips = [new SV.Strip(this, 0), new SV.Strip(this, 1)];
      this.curve = new SV.Curve(this);
      this.facts = new SV.Facts(this);
      this.controls = new SV.Controls(this);
      this.heat = new SV.Heat(this);
      this.legend = SV.el("div", { class: "sv-legend" });
      this.notice = SV.el("div", { class: "sv-notice", hidden: true });
      this.pair = SV.el("div", { class: "sv-pair" });
      this.kindChoice = SV.el("div", { class: "sv-segments", role: "group", "aria-label": SV.t("compare"), hidden: true },
        ...["attention", "saliency"].map((kind) => SV.el("button", { type: "button", text: SV.t(kind), "data-kind": kind, on: { click: () => this.set({ compare_kind: kind }) } })));
      this.about = SV.el("div", { class: "sv-about" });
      this.panels = [];
      this.tabs = TABS.filter(([name]) => name !== "matrix" || this.can("matrix")).map(([name, title, type]) => ({ name, title, view: new SV[type](this) }));
      this.tabList = SV.el("div", { class: "sv-tabs", role: "tablist", on: { keydown: (event) => this.tabKey(event) } },
        ...this.tabs.map((tab) => (tab.button = SV.el("button", { type: "button", role: "tab", class: "sv-tab", text: SV.t(tab.title), "data-view": tab.name, on: { click: () => this.set({ view: tab.name }) } }))));
      this.tabBody = SV.el("div", { class: "sv-tab-body", role: "tabpanel" }, ...this.tabs.map((tab) => tab.view.root));
      const card = (name, ...children) => SV.el("section", { class: `sv-card ${name}` }, ...children);
      this.shell = SV.el("div", { class: "sv-shell" },
        card("sv-caption", SV.el("div", { class: "sv-section-head" }, SV.el("h2", { text: SV.t("Caption") }), this.about, this.legend,
          this.options.help !== false && SV.el("button", { type: "button", class: "sv-button sv-help-button", text: "?", "aria-label": SV.t("Keys and meanings"), title: SV.t("Keys and meanings"), on: { click: () => this.help.toggle() } })),
          this.notice, this.strips[0].root, this.strips[1].root, this.curve.root),
        card("sv-token-card", this.facts.root, this.controls.root, this.kindChoice, this.pair),
        card("sv-heat-card", this.heat.root),
        card("sv-tab-card", this.tabList, this.tabBody));
      root.append(this.shell);
      this.help = new SV.Help(this);
      root.append(this.help.root);
      this.onKey = (event) => this.key(event);
      root.addEventListener("keydown", this.onKey);
    }

    watch() {
      const look = () => {
        const wanted = this.options.theme;
        const dark = wanted ? wanted === "dark" : Boolean(this.root.closest(".dark")) || document.body.classList.contains("dark");
        if (dark !== this.dark) {
          this.dark = dark;
          this.root.classList.toggle("sv-dark", dark);
          this.schedule();
        }
      };
      this.dark = undefined;
      look();
      this.themeWatch = new MutationObserver(look);
      for (const node of [document.documentElement, document.body]) this.themeWatch.observe(node, { attributes: true, attributeFilter: ["class"] });
      this.width = 0;
      this.sizeWatch = new ResizeObserver(() => {
        if (Math.abs(this.root.clientWidth - this.width) < 1) return;
        this.width = this.root.clientWidth;
        this.schedule();
      });
      this.sizeWatch.observe(this.root);
    }

    // ---- what the outside may call

    setRun(payload, options) {
      const { slot = 0, example = false } = options || {};
      const before = this.runs[slot], same = before && payload && before.id === (payload.run || "") && before.id;
      this.runs[slot] = payload ? new SV.Run(payload) : null;
      if (this.runs[slot]) this.runs[slot].example = example;
      this.aligned = null;
      this.images.clear();
      if (slot === 0 && !same && !this.asked) Object.assign(this.state, { token: null, also: [], pins: [] });
      this.asked = false;
      this.strips[slot].drawn = [];
      this.checkState();
      this.schedule();
    }

    appendSteps(delta) {
      const slot = delta.slot || 0;
      let run = this.runs[slot];
      if (!run || (delta.run && run.id !== delta.run)) return;
      run.place(delta.steps, delta.start, delta.rows);
      this.aligned = null;
      this.grew = performance.now();
      this.schedule();
    }

    setState(partial) {
      if ("token" in partial) this.asked = !this.run;
      this.set(partial, true);
    }
    getState() { return { ...this.state, token: this.run && this.run.steps.length ? this.tokenOf(0) : this.state.token }; }

    // The single-loss map of one token: {run, step, layer, shape: [n, n], attention, saliency} as base64 float16.
    setMatrix(found) {
      const tab = this.tabs.find((one) => one.name === "matrix");
      if (tab) tab.view.set(found);
      this.schedule();
    }

    // Heads of one step: {run, step, shape: [layers, heads, keys], attention, saliency} as base64 float16.
    setHeads(heads) {
      const tab = this.tabs.find((one) => one.name === "heads");
      tab.view.set(heads);
      this.schedule();
    }

    clear() {
      this.runs = [null, null];
      this.aligned = null;
      this.asked = false;
      Object.assign(this.state, { token: null, also: [], pins: [] });
      this.schedule();
    }

    destroy() {
      cancelAnimationFrame(this.frame);
      clearTimeout(this.later);
      this.themeWatch.disconnect();
      this.sizeWatch.disconnect();
      this.root.removeEventListener("keydown", this.onKey);
      this.heat.free();
      for (const tab of this.tabs) if (tab.view.free) tab.view.free();
      this.root.replaceChildren();
      this.root.classList.remove("sv-root", "sv-dark");
      this.gone = true;
    }

    // Resolves when everything asked for so far is on the screen.
    drawn() { return this.frame === null && !this.later ? Promise.resolve() : new Promise((done) => (this.waiting = (this.waiting || []).concat(done))); }

    // ---- state

    set(partial, silent) {
      Object.assign(this.state, partial);
      this.checkState();
      this.schedule();
      if (!silent && this.options.onState) this.options.onState(this.getState());
    }

    checkState() {
      const { state, run } = this;
      for (const [name, allowed] of Object.entries(CHOICES)) if (!allowed.includes(state[name])) state[name] = DEFAULTS[name];
      if (!SV.SEQUENTIAL.includes(state.cmap)) state.cmap = DEFAULTS.cmap;
      if (!this.tabs.some((tab) => tab.name === state.view)) state.view = DEFAULTS.view;
      state.opacity = Math.max(0, Math.min(1, Number.isFinite(Number(state.opacity)) ? Number(state.opacity) : DEFAULTS.opacity));
      if (state.layer !== "target" && state.layer !== "all") {
        const layer = Math.round(Number(state.layer));
        state.layer = Number.isFinite(layer) ? Math.max(0, Math.min(run ? run.layers - 1 : 999, layer)) : DEFAULTS.layer;
      }
      if (state.token !== null) {
        const token = Math.round(Number(state.token));
        state.token = Number.isFinite(token) ? Math.max(0, run && run.steps.length ? Math.min(run.steps.length - 1, token) : token) : null;
      }
      const within = (list, limit) => (Array.isArray(list) ? list.map(Number).filter((n) => Number.isInteger(n) && n >= 0 && n < limit) : []);
      if (run) {
        state.also = within(state.also, run.steps.length);
        state.pins = within(state.pins, run.keys);
      }
    }

    pick(slot, step, how) {
      const { add, range } = how || {}, { state } = this;
      if (slot === 1) {
        const pair = this.alignment().pairs.find(([, j]) => j === step);
        this.second = step;
        this.set({ token: pair ? pair[0] : SV.partner(this.alignment().pairs.map(([i, j]) => [j, i]), step, this.run.steps.length), also: [] });
        this.second = step;
        return;
      }
      this.second = null;
      const at = this.tokenOf(0);
      if (add) {
        const also = new Set([...state.also, at]);
        if (also.has(step) && step !== at) also.delete(step);
        else also.add(step);
        this.set({ token: step, also: [...also].filter((one) => one !== step) });
      } else if (range) {
        const anchor = this.anchor === undefined ? at : this.anchor, [low, high] = [Math.min(anchor, step), Math.max(anchor, step)];
        this.anchor = anchor;
        this.set({ token: step, also: Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((one) => one !== step) });
        return;
      } else this.set({ token: step, also: [] });
      this.anchor = step;
    }

    togglePin(key, kind) {
      const pins = new Set(this.state.pins);
      if (pins.has(key)) pins.delete(key);
      else pins.add(key);
      this.set({ pins: [...pins].sort((a, b) => a - b), pin_kind: kind || this.state.pin_kind });
    }

    // ---- what the views ask

    tokenOf(slot) {
      const { state, run } = this;
      if (!run || !run.steps.length) return 0;
      let token = state.token;
      if (token === null) token = this.firstChoice(run);
      token = Math.max(0, Math.min(run.steps.length - 1, token));
      if (slot === 0) return token;
      const count = this.runs[1] ? this.runs[1].steps.length : 0;
      if (!count) return 0;
      if (this.second !== null && this.second !== undefined && this.second < count) return this.second;
      return SV.partner(this.alignment().pairs, token, count);
    }

    // Nobody chose yet: the last observed token of a growing run, else the one most of whose saliency lies on the image.
    firstChoice(run) {
      let last = 0;
      run.steps.forEach((step, i) => { if (!step.pending) last = i; });
      if (run.ranges && !run.complete) return Math.min(1, last);
      if (!run.complete) return last;
      if (run.memo.has("first choice")) return run.memo.get("first choice");
      let best = 0, top = -1;
      run.steps.forEach((_, step) => {
        const shares = run.shares(run.values("saliency", step, "target", "row"));
        if (step && shares && shares.image > top) [best, top] = [step, shares.image];
      });
      run.memo.set("first choice", best);
      return best;
    }

    stepsOf(slot) {
      const run = this.runs[slot];
      if (!run || !run.steps.length) return [];
      if (slot === 1) return [this.tokenOf(1)];
      const token = this.tokenOf(0), chosen = new Set([token, ...this.state.also]);
      if (this.state.granularity !== "token") for (const step of [...chosen]) for (const one of this.unitAround(run, step)) chosen.add(one);
      return [...chosen].filter((step) => step < run.steps.length).sort((a, b) => a - b);
    }

    // Steps of the word or sentence a step lies in.
    unitAround(run, step) {
      const texts = run.steps.map((one) => one.text), word = this.state.granularity === "word";
      const starts = (i) => i === 0 || (word ? /^[\s\p{P}]/u.test(texts[i]) || /[\s]$/.test(texts[i - 1]) || /^\p{P}/u.test(texts[i - 1].trim()) : /[.!?\n。！？]\s*$/.test(texts[i - 1]));
      let low = step, high = step;
      while (!starts(low)) low--;
      while (high + 1 < texts.length && !starts(high + 1)) high++;
      return Array.from({ length: high - low + 1 }, (_, i) => low + i);
    }

    runsCompared() { return this.runs.filter(Boolean); }
    hiddenKeys(run) { return this.state.hide_sinks ? run.dimmed : new Set(); }
    runName(slot) {
      const { payload } = this.runs[slot];
      return (slot ? SV.t("second") : SV.t("first")) + ": " + (payload.title || [payload.model.name, payload.settings.sgrs && "SGRS", payload.settings.locore && "LocoRE"].filter(Boolean).join(" + "));
    }
    can(action) { return Boolean(this.options.onAction) && (!this.options.actions || this.options.actions.includes(action)); }
    // What only the server can do. It may answer with a promise, or later through setHeads.
    act(name, detail) { return this.options.onAction ? this.options.onAction(name, { run: this.run && this.run.id, ...detail }) : null; }

    image(run, index) {
      const { src } = run.pictures[index];
      if (!this.images.has(src)) {
        const image = new Image();
        image.onload = () => this.schedule();
        image.src = src;
        this.images.set(src, image);
      }
      return this.images.get(src);
    }

    alignment() {
      if (!this.aligned && this.comparing) this.aligned = SV.align(this.runs[0], this.runs[1]);
      return this.aligned;
    }
    changed(slot) { return this.comparing ? this.alignment().changed[slot] : new Set(); }
    // The position in another slot's run that means the same, or -1.
    translate(key, from, to) {
      if (from === to || !this.comparing) return key;
      const found = (from === 0 ? this.alignment().there : this.alignment().back).get(key);
      return found === undefined ? -1 : found;
    }

    scoreScale() {
      const scores = this.runsCompared().flatMap((run) => run.steps.map((step) => (step.pending ? null : step.score))).filter((score) => score !== null && score !== undefined);
      const high = Math.max(0, ...scores);
      return new SV.Scale(high, "linear", { largest: high });
    }

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
    }

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
      const both = this.runsCompared(), chosen = this.stepsOf(0);
      return {
        run, kind, steps, map: state.cmap, reach: Math.max(...steps.map((step) => run.reach(step))),
        values: run.values(kind, steps, state.layer, state.normalization),
        scale: run.imageKeys.length ? SV.lockedScale(both, "image", kind, state, chosen) : null,
        wordScale: SV.lockedScale(both, "words", kind, state, chosen),
        layer: (layer) => run.values(kind, steps, layer, state.normalization),
      };
    }

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
    }

    fetch(run, step) {
      const name = `${run.id}/${step}`;
      if (!run.ranges || run.steps[step].pending || !this.options.fetchRows || this.fetching.has(name)) return;
      const asked = this.options.fetchRows(run.id, step);
      if (!asked) return;
      this.fetching.add(name);
      asked.then((rows) => {
        this.fetching.delete(name);
        if (!rows || this.gone || !this.runs.includes(run)) return;
        run.placeRows(step, rows);
        this.schedule();
      }, () => this.fetching.delete(name));
    }

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
    }

    keyLines(panel, key) {
      const source = panel.source(), { run } = source, patch = run.patchOf.get(key);
      const lines = [patch === undefined ? `${run.quoted(key)} · ${SV.t("position {p}", { p: key })}` : `${SV.t("patch {n}", { n: patch })} · ${SV.t("position {p}", { p: key })}`];
      if (!source.values) return lines;
      if (key >= source.reach) return [...lines, SV.t("not yet written at this token")];
      if (panel.which === "difference") return [...lines, [SV.t("second − first"), SV.number(source.values[key], 4)]];
      const other = panel.kind === "attention" ? "saliency" : "attention";
      for (const kind of [panel.kind, other]) lines.push([SV.t(kind), SV.number(run.values(kind, source.steps, this.state.layer, this.state.normalization)[key], 4)]);
      if (source.steps.length === 1) {
        const gain = run.gain(source.steps[0])[key];
        if (gain > 1) {
          lines.push([SV.t("LocoRE gain"), "×" + SV.number(gain)]);
          if (!run.settings.locore.renormalize && panel.kind === "attention") lines.push([SV.t("attention before the gain"), SV.number(source.values[key] / gain, 4)]);
        }
      }
      if (run.dimmed.has(key)) lines.push(SV.t("template or sink: outside the scale"));
      return lines;
    }

    hover(key, slot) {
      if (key === null) this.tip.hide();
      if (key === this.lit && (slot || 0) === this.litSlot) return;
      this.lit = key;
      this.litSlot = slot || 0;
      for (const view of [...this.strips, this.curve, ...this.panels]) view.hover(this.lit, this.litSlot);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      const { state, run } = this;
      if (event.key === "Escape" && this.help.open) this.help.toggle();
      else if (event.key === "Escape" && (state.pins.length || state.also.length)) this.set({ pins: [], also: [] });
      else if (event.key === "?" && this.options.help !== false) this.help.toggle();
      else if ((event.key === "[" || event.key === "]") && run) {
        const way = event.key === "]" ? 1 : -1;
        const at = typeof state.layer === "number" ? state.layer + way : way > 0 ? 0 : run.layers - 1;
        this.set({ layer: Math.max(0, Math.min(run.layers - 1, at)) });
      } else if ((event.key === "h" || event.key === "r") && run && event.target.closest(".sv-strip")) this.mark(event.key === "h" ? "hallucinated" : "right");
      else return;
      event.preventDefault();
    }

    mark(judgement) {
      const step = this.tokenOf(0), marks = this.run.marks, note = marks[step] ? marks[step].note : "";
      if (marks[step] && marks[step].judgement === judgement) delete marks[step];
      else marks[step] = { judgement, note };
      this.act("mark", { step, judgement: marks[step] ? judgement : null, note });
      this.set({ reveal_truth: true });
    }

    tabKey(event) {
      const at = this.tabs.findIndex((tab) => tab.name === this.state.view);
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: this.tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const tab = this.tabs[(to + this.tabs.length) % this.tabs.length];
      this.set({ view: tab.name });
      tab.button.focus();
    }

    // ---- drawing: light views in the next frame, then plotly where it can be seen, then the rest

    schedule() {
      if (this.frame !== null || this.gone) return;
      this.frame = requestAnimationFrame(() => {
        this.frame = null;
        this.draw();
      });
    }

    draw() {
      if (this.gone) return;
      this.arrange();
      this.header();
      // While tokens pour in, the strip leads; the rest follows when it can, and wholly once they pause.
      const now = performance.now(), growing = now - (this.grew || -1e9) < STREAM;
      const rest = !growing || now - (this.rested || 0) > STREAM;
      const views = [this.curve, this.facts, this.controls, ...this.panels];
      for (const view of this.strips) view.draw();
      if (rest) {
        this.rested = now;
        for (const view of views) view.draw();
      }
      for (const tab of this.tabs) {
        const on = tab.name === this.state.view;
        tab.button.setAttribute("aria-selected", on);
        tab.button.tabIndex = on ? 0 : -1;
        tab.view.root.hidden = !on;
      }
      const heavy = [this.heat, this.tabs.find((tab) => tab.name === this.state.view).view];
      this.after(growing ? STREAM : 0, () => {
        if (!rest) for (const view of views) view.draw();
        const away = heavy.filter((view) => !this.onScreen(view.root));
        for (const view of heavy) if (!away.includes(view)) view.draw();
        this.root.dataset.seen = this.shownName();
        this.after(away.length ? 120 : 0, () => {
          for (const view of away) view.draw();
          this.root.dataset.drawn = this.shownName();
          const waiting = this.waiting || [];
          this.waiting = [];
          if (this.frame === null) waiting.forEach((done) => done());
          else this.waiting = waiting;
        });
      });
    }

    // One pending step at a time: a newer draw takes the place of an older one's rest.
    after(wait, call) {
      clearTimeout(this.later);
      this.later = setTimeout(() => {
        this.later = null;
        if (!this.gone) call();
      }, wait);
    }

    onScreen(node) {
      const box = node.getBoundingClientRect();
      return box.bottom > 0 && box.top < window.innerHeight;
    }

    shownName() { return `${this.run ? this.run.id : ""}/${this.run ? this.tokenOf(0) : ""}/${this.state.layer}`; }

    // The panels of the pair, made anew only when comparing begins, ends, or changes kind.
    arrange() {
      const { comparing, state } = this, shape = comparing ? `compare ${state.compare_kind}` : "pair";
      if (this.shape === shape) return;
      this.shape = shape;
      this.panels = comparing ? [0, 1, "difference"].map((slot) => new SV.Panel(this, state.compare_kind, slot)) : ["attention", "saliency"].map((kind) => new SV.Panel(this, kind, 0));
      this.kindChoice.hidden = !comparing;
      for (const button of this.kindChoice.children) button.setAttribute("aria-pressed", button.dataset.kind === state.compare_kind);
      this.pair.classList.toggle("sv-three", comparing);
      SV.fill(this.pair, ...this.panels.map((panel) => panel.root));
    }

    // "What if the attention to the pins were multiplied": only the server can answer.
    whatIf() {
      const factor = this.factor === undefined ? 0 : this.factor, shown = SV.el("b", { text: `×${factor}` });
      const input = SV.el("input", { type: "range", min: 0, max: 2, step: 0.1, value: factor, "aria-label": SV.t("factor"), on: { input: () => {
        this.factor = Number(input.value);
        shown.textContent = `×${this.factor}`;
      } } });
      const { state } = this;
      return SV.el("span", { class: "sv-what-if" }, SV.el("span", { text: SV.t("what if attention to them were") }), input, shown,
        SV.el("button", { type: "button", class: "sv-button", text: SV.t("regenerate from here"),
          on: { click: () => this.act("what_if", { step: this.tokenOf(0), keys: [...state.pins], factor: this.factor === undefined ? 0 : this.factor }) } }));
    }

    header() {
      const { run, state } = this;
      this.root.classList.toggle("sv-no-run", !run);
      this.root.classList.toggle("sv-example", Boolean(run && run.example));
      if (!run) {
        SV.fill(this.about, SV.el("span", { class: "sv-hint", text: SV.t("The caption appears here, a button per token. Choose an example or run the model.") }));
        SV.fill(this.legend);
        this.notice.hidden = true;
        return;
      }
      const { model, settings } = run.payload;
      const words = [model.name, settings.sgrs && "SGRS", settings.locore && "LocoRE"].filter(Boolean).join(" + ");
      SV.fill(this.about, run.example && SV.el("span", { class: "sv-tag", text: SV.t("example") }), SV.el("span", { class: "sv-hint", text: words + " · " + SV.t("{n} tokens", { n: run.steps.length }) }));
      const shown = this.stripValues(0);
      SV.fill(this.legend, SV.el("span", { class: "sv-unit", text: state.pins.length ? shown.name : SV.t("score S, Eq. 6") }),
        SV.colorBar(shown.scale, { name: state.cmap, theme: this.theme, label: shown.name }));
      this.notice.hidden = !state.pins.length;
      const pinned = state.pins.join() + state.pin_kind + state.layer + this.tokenOf(0) + run.id;
      if (state.pins.length && pinned !== this.pinned) {
        this.pinned = pinned;
        const patches = state.pins.filter((key) => run.patchOf.has(key)).length, words2 = state.pins.length - patches;
        const what = [patches && SV.t("{n} patches", { n: patches }), words2 && SV.t("{n} words", { n: words2 })].filter(Boolean).join(" + ");
        SV.fill(this.notice, SV.el("span", { text: SV.t("Reverse look-up: colours show how much {k} each output drew from {w}, {l}.", { k: SV.t(state.pin_kind), w: what, l: run.layerWords(state.layer) }) }),
          this.can("what_if") && this.whatIf(),
          SV.el("button", { type: "button", class: "sv-button", text: SV.t("unpin (Esc)"), on: { click: () => this.set({ pins: [] }) } }));
      }
    }
  }

  SV.Viewer = Viewer;
  SV.create = (root, options) => new Viewer(root, options);
})((window.SaliencyViewer = window.SaliencyViewer || {}));
