// The viewer: one state, up to two runs, and the views that are drawn from them. Asks the server for nothing to draw.
(function (SV) {
  "use strict";

  const STREAM = 150; // ms
  const AWAY = 16; // ms: views out of sight wait this long for another key
  const TABS = [["candidates", "Candidates", "Candidates"], ["layers", "All layers", "Layers"], ["words", "Words × words", "Triangle"], ["over", "Over the caption", "Over"], ["frames", "Frames", "WhichFrame"], ["lens", "Logit lens", "Lens"], ["heads", "Heads", "Heads"], ["matrix", "One token's map", "Matrix"], ["faithfulness", "Faithfulness", "Faithfulness"], ["marks", "Marks", "Marks"], ["data", "Data", "Data"]];

  class Viewer {
    constructor(root, options) {
      this.options = options || {};
      this.Plotly = this.options.plotly || window.Plotly;
      SV.setLanguage(this.options.lang);
      this.root = root;
      this.state = { ...SV.DEFAULTS };
      this.runs = [null, null];
      this.beside = null; // the run in the second place; a held token of the first run stands before it
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
    get holding() { return Boolean(this.runs[0]) && this.runs[0] === this.runs[1]; }
    get theme() { return this.dark ? "dark" : "light"; }

    build() {
      const { root } = this;
      root.classList.add("sv-root");
      this.tip = new SV.Tip(root);
      this.strips = [new SV.Strip(this, 0), new SV.Strip(this, 1)];
      this.curve = new SV.Curve(this);
      this.rows = new SV.Rows(this);
      this.facts = new SV.Facts(this);
      this.controls = new SV.Controls(this);
      this.heat = new SV.Heat(this);
      this.frames = new SV.Frames(this);
      this.turns = new SV.Turns(this);
      this.legend = SV.el("div", { class: "sv-legend" });
      this.signs = SV.el("div", { class: "sv-signs", hidden: true });
      this.notice = SV.el("div", { class: "sv-notice", hidden: true });
      this.pair = SV.el("div", { class: "sv-pair" });
      this.kindChoice = SV.el("div", { class: "sv-segments", role: "group", "aria-label": SV.t("compare"), hidden: true },
        ...["attention", "saliency"].map((kind) => SV.el("button", { type: "button", text: SV.t(kind), "data-kind": kind, on: { click: () => this.set({ compare_kind: kind }) } })));
      this.about = SV.el("div", { class: "sv-about" });
      this.panels = [];
      this.tabs = TABS.map(([name, title, type]) => ({ name, title, view: new SV[type](this) }));
      this.tabList = SV.el("div", { class: "sv-tabs", role: "tablist", on: { keydown: (event) => this.tabKey(event) } },
        ...this.tabs.map((tab) => (tab.button = SV.el("button", { type: "button", role: "tab", class: "sv-tab", text: SV.t(tab.title), "data-view": tab.name, on: { click: () => this.set({ view: tab.name }) } }))));
      this.ofFirst = SV.el("p", { class: "sv-hint sv-of-first", hidden: true });
      this.tabBody = SV.el("div", { class: "sv-tab-body", role: "tabpanel" }, ...this.tabs.map((tab) => tab.view.root));
      const card = (name, ...children) => SV.el("section", { class: `sv-card ${name}`, ...(name === "sv-caption" && { "data-picture": "caption", "data-about": "run" }) }, ...children);
      this.shell = SV.el("div", { class: "sv-shell" },
        card("sv-caption", SV.el("div", { class: "sv-section-head" }, SV.el("h2", { text: SV.t("Caption") }), this.about, this.turns.opener, this.rows.root, this.legend,
          this.options.help !== false && SV.el("button", { type: "button", class: "sv-button sv-help-button", text: "?", "aria-label": SV.t("Keys and meanings"), title: SV.t("Keys and meanings"), on: { click: () => this.help.toggle() } })),
          this.turns.root, this.strips[0].root, this.strips[1].root, this.signs, this.curve.root, this.turns.ask),
        card("sv-token-card", this.facts.root, this.controls.root, this.frames.root, this.kindChoice, this.pair),
        card("sv-heat-card", this.heat.root),
        card("sv-tab-card", this.tabList, this.ofFirst, this.tabBody), this.notice);
      this.live = SV.el("div", { class: "sv-heard", role: "status", "aria-live": "polite" });
      root.append(this.shell, this.live);
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
      const run = payload ? new SV.Run(payload) : null;
      if (run) run.example = example;
      if (slot) this.beside = run;
      else this.runs[0] = run;
      if (slot && run) this.state.held = null;
      this.aligned = null;
      this.images.clear();
      if (slot === 0 && !same && !this.asked) Object.assign(this.state, { token: null, also: [], pins: [], held: null, frame: null });
      this.asked = false;
      this.strips[slot].drawn = [];
      this.checkState();
      this.schedule();
    }

    appendSteps(delta) {
      const slot = delta.slot || 0;
      const run = slot ? this.beside : this.runs[0];
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

    clear() {
      this.runs = [null, null];
      this.beside = null;
      this.aligned = null;
      this.asked = false;
      Object.assign(this.state, { token: null, also: [], pins: [], held: null, frame: null });
      this.schedule();
    }

    destroy() {
      cancelAnimationFrame(this.frame);
      for (const timer of [this.later, this.telling, this.fading]) clearTimeout(timer);
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
      if (!silent && this.options.onState) this.options.onState(this.getState(), partial);
    }

    // ---- what the views ask

    runsCompared() { return this.holding ? [this.run] : this.runs.filter(Boolean); }
    placeName(which) { return SV.t(this.holding ? { 0: "selected", 1: "held", difference: "held − selected" }[which] : { 0: "first", 1: "second", difference: "second − first" }[which]); }
    hiddenKeys(run) { return this.state.hide_sinks ? run.dimmed : new Set(); }
    runName(slot) {
      const plain = ({ payload }) => payload.title || [payload.model.name, payload.settings.sgrs && "SGRS", payload.settings.locore && "LocoRE"].filter(Boolean).join(" + ");
      const [mine, other] = [this.runs[slot], this.runs[1 - slot]], name = plain(mine), alike = other && plain(other) === name;
      return (slot ? SV.t("second") : SV.t("first")) + ": " + [name, ...(alike ? this.distinctions(mine, other) : [])].join(" · ");
    }
    // What one run was given otherwise than another of the same name.
    distinctions({ payload: mine, pictures }, { payload: other, pictures: others }) {
      const differ = (pick) => JSON.stringify(pick(mine)) !== JSON.stringify(pick(other)), { sampling, forced } = mine.settings;
      return [differ((one) => one.prompt) && `“${mine.prompt.slice(0, 40)}”`, differ((one) => one.settings.sampling) && SV.t("temperature {t}, seed {s}", { t: sampling.temperature, s: sampling.seed }),
        differ((one) => one.settings.forced) && forced.length && SV.t("changed from token {n} on", { n: forced.length - 1 }), differ((one) => one.settings.edits) && mine.settings.edits.length && SV.t("attention edited"),
        pictures[0] && others[0] && pictures[0].src !== others[0].src && SV.t("another picture")].filter(Boolean);
    }
    can(action) { return Boolean(this.options.onAction) && (!this.options.actions || this.options.actions.includes(action)); }
    // What only the server can do. It may answer with a promise; news({done, total}) tells how far it is.
    act(name, detail, news) { return this.options.onAction ? this.options.onAction(name, { run: this.run && this.run.id, ...detail }, news) : null; }

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

    hover(key, slot) {
      if (key === null) this.tip.hide();
      if (key === this.lit && (slot || 0) === this.litSlot) return;
      this.lit = key;
      this.litSlot = slot || 0;
      for (const view of [...this.strips, this.curve, ...this.panels]) view.hover(this.lit, this.litSlot);
      for (const view of [this.heat, this.shownTab]) if (view.hover) view.hover(this.lit, this.litSlot);
    }

    get shownTab() { return this.tabs.find((tab) => tab.name === this.state.view).view; }

    // A layer under the pointer, wherever: the same one lights up in every view.
    hoverLayer(layer) {
      if (layer === this.litLayer) return;
      this.litLayer = layer;
      for (const view of [this.controls, this.heat, this.shownTab, ...this.panels]) if (view.hoverLayer) view.hoverLayer(layer);
    }

    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      const { state, run } = this;
      if (event.key === "Escape" && this.help.open) this.help.toggle();
      else if (event.key === "Escape" && (state.pins.length || state.also.length)) this.set({ pins: [], also: [] });
      else if (event.key === "Escape" && state.held !== null) this.hold();
      else if (event.key === "t" && run && run.steps.length) this.hold();
      else if (event.key === "n" && run && event.target.closest(".sv-strip")) {
        this.set({ view: "marks" });
        requestAnimationFrame(() => this.tabs.find((tab) => tab.name === "marks").view.write());
      } else if (event.key === "?" && this.options.help !== false) this.help.toggle();
      else if ((event.key === "[" || event.key === "]") && run) {
        const way = event.key === "]" ? 1 : -1;
        const at = typeof state.layer === "number" ? state.layer + way : Array.isArray(state.layer) ? state.layer[way > 0 ? state.layer.length - 1 : 0] + way : way > 0 ? 0 : run.layers - 1;
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
      const tabs = this.tabs.filter((tab) => !tab.button.hidden), at = tabs.findIndex((tab) => tab.name === this.state.view);
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const tab = tabs[(to + tabs.length) % tabs.length];
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
      this.tellSoon();
      // While tokens pour in, the strip leads; the rest follows when it can, and wholly once they pause.
      const now = performance.now(), growing = now - (this.grew || -1e9) < STREAM;
      const rest = !growing || now - (this.rested || 0) > Math.max(STREAM, 4 * (this.cost || 0)); // at most a fifth of a slow machine's time
      const views = [this.turns, this.curve, this.facts, this.controls, this.frames, ...this.panels];
      for (const view of this.strips) view.draw();
      if (rest) {
        for (const view of views) view.draw();
        this.rested = performance.now();
        this.cost = this.rested - now;
      }
      this.ofFirst.hidden = !this.comparing;
      if (this.comparing) this.ofFirst.textContent = this.holding ? SV.t("Of the selected token, not the held one.") : SV.t("Of the run in the first place: {name}", { name: this.runName(0).replace(/^[^:]*: /, "") });
      for (const tab of this.tabs) {
        const on = tab.name === this.state.view;
        tab.button.setAttribute("aria-selected", on);
        if (on && this.tabShown !== tab) this.bringTab((this.tabShown = tab));
        tab.button.tabIndex = on ? 0 : -1;
        tab.view.root.hidden = !on;
        if ("only" in tab.view) Object.assign(tab.button, { hidden: !on && !tab.view.only, textContent: tab.view.name });
        const missing = tab.view.asked ? tab.view.asked.reason() : null; // grey, yet open: the tab says why
        tab.button.toggleAttribute("data-missing", Boolean(missing));
        tab.button.title = missing || "";
      }
      const heavy = [this.heat, this.shownTab];
      this.after(growing ? STREAM : 0, () => {
        if (!rest) for (const view of views) view.draw();
        const away = heavy.filter((view) => !this.onScreen(view.root));
        for (const view of heavy) if (!away.includes(view)) view.draw();
        this.root.dataset.seen = this.shownName();
        this.after(away.length ? AWAY : 0, () => {
          for (const view of away) view.draw();
          SV.offerPictures(this);
          this.fadeEdges();
          this.rows.follow();
          this.root.dataset.drawn = this.shownName();
          const waiting = this.waiting || [];
          this.waiting = [];
          if (this.frame === null) waiting.forEach((done) => done());
          else this.waiting = waiting;
        });
      });
    }

    // On a narrow screen the list of tabs scrolls: the chosen one is brought into it, and the page stays where it is.
    bringTab({ button }) {
      const list = this.tabList.getBoundingClientRect(), own = button.getBoundingClientRect();
      if (own.left < list.left || own.right > list.right) this.tabList.scrollLeft += own.left - list.left - 24;
    }

    // One pending step at a time: a newer draw takes the place of an older one's rest.
    after(wait, call) {
      clearTimeout(this.later);
      this.later = setTimeout(() => {
        this.later = null;
        if (!this.gone) call();
      }, wait);
    }

    // What scrolls sideways is looked at once its place became another and all is still: it costs a layout.
    fadeEdges() {
      const sign = [this.width, this.state.view, this.run && this.run.id].join();
      if (sign === this.faded) return;
      this.faded = sign;
      clearTimeout(this.fading);
      this.fading = setTimeout(() => { for (const wide of [this.tabList, ...this.tabBody.querySelectorAll(".sv-scroll")]) SV.fade(wide); }, 100);
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

  }

  Object.assign(Viewer.prototype, SV.Said, SV.Choosing, SV.Sources, SV.Header, SV.Pictures);
  SV.Viewer = Viewer;
  SV.create = (root, options) => new Viewer(root, options);
})((window.SaliencyViewer = window.SaliencyViewer || {}));
