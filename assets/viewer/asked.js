// What only the model can compute, asked of the server for one step: button, wait, refusal; what came is kept.
(function (SV) {
  "use strict";

  const PAUSE = 250; // ms a token must stay chosen before it is computed unasked

  class Asked {
    // options: kind, label (of the button), about (a sentence), detail() -> what it depends on besides run and step,
    // read(answer) -> what is kept, most (how many are kept), lasting (long: shows progress and can be stopped).
    constructor(viewer, options) {
      this.viewer = viewer;
      this.options = { detail: () => ({}), most: 12, ...options };
      this.known = new Map();
      this.busy = new Map();
      this.failed = new Map();
      this.button = SV.el("button", { type: "button", class: "sv-button", text: SV.t(options.label), on: { click: () => this.request() } });
      this.halt = SV.el("button", { type: "button", class: "sv-button", text: SV.t("stop"), hidden: true, on: { click: () => this.stop() } });
      this.bar = SV.el("progress", { class: "sv-progress", "aria-label": SV.t("readings done"), hidden: true });
      this.follow = SV.el("input", { type: "checkbox", on: { change: () => viewer.set({ follow: this.follow.checked }) } });
      this.following = !options.lasting && SV.el("label", { class: "sv-choice", title: SV.t("compute it whenever another token is chosen") }, this.follow, SV.el("span", { text: SV.t("at every token") }));
      this.said = SV.el("span", { class: "sv-hint", role: "status" });
      this.root = SV.el("div", { class: "sv-section-head" }, this.button, this.halt, this.bar, this.said, this.following);
      this.home = null; // where the switch stands once there is something to show
    }

    // Why it cannot be computed here, as a sentence; null when it can.
    reason() {
      const { viewer, options } = this, { run } = viewer;
      if (!viewer.can(options.kind)) return SV.t("This needs the model, and there is none in this page: open the trace in the app, with the model that made it.");
      if (!run || !run.steps.length) return SV.t("This is computed for a token: there is none yet.");
      const chosen = viewer.options.model ? viewer.options.model() : null;
      if (chosen && !SV.madeBy(run.payload.model, chosen)) return SV.t("This run was made by “{a}”, and the model chosen is “{b}”: choose the first in the header.", { a: modelWords(run.payload.model), b: chosen.replace(/^.*\/(?=[^/])/, "").replace(/:+/g, " ") });
      if (run.steps[viewer.tokenOf(0)].pending) return SV.t("This is computed once the token is observed.");
      return null;
    }

    name() {
      const { viewer } = this;
      return JSON.stringify([viewer.run.id, viewer.tokenOf(0), this.options.detail()]);
    }

    get held() { return this.viewer.run && this.viewer.run.steps.length ? this.known.get(this.name()) || null : null; }

    request() {
      const { viewer, options } = this;
      if (this.reason() || this.held || this.busy.has(this.name())) return;
      const name = this.name(), detail = { step: viewer.tokenOf(0), ...options.detail() };
      this.failed.delete(name);
      this.busy.set(name, {});
      const over = () => { this.busy.delete(name); viewer.schedule(); };
      Promise.resolve(viewer.act(options.kind, detail, (news) => { this.busy.set(name, news); this.draw(); })).then((found) => {
        if (found && found.stopped) this.failed.set(name, SV.t("Stopped: nothing was kept."));
        else if (found) this.keep(name, options.read(found));
        over();
      }, (error) => {
        this.failed.set(name, error.message || SV.t("The server could not compute it."));
        over();
      });
      this.draw();
    }

    stop() {
      this.halt.disabled = true;
      this.viewer.act("halt", { kind: this.options.kind });
    }

    keep(name, found) {
      this.known.set(name, found);
      while (this.known.size > this.options.most) this.known.delete(this.known.keys().next().value);
    }

    // Draws the line of buttons and words; returns what is known of the chosen step, or null.
    draw() {
      const { viewer, options, held } = this, { run } = viewer, reason = this.reason();
      const name = run && run.steps.length ? this.name() : "", busy = this.busy.get(name), failed = this.failed.get(name);
      this.root.hidden = Boolean(held);
      if (this.following && this.home) (held ? this.home : this.root).append(this.following);
      this.button.disabled = Boolean(reason || busy);
      this.button.hidden = Boolean(busy);
      if (this.following) this.following.hidden = Boolean(reason);
      this.follow.checked = viewer.state.follow;
      this.halt.hidden = !(busy && options.lasting);
      this.bar.hidden = !(busy && busy.total);
      if (!busy) this.halt.disabled = false;
      if (busy && busy.total) Object.assign(this.bar, { max: busy.total, value: busy.done });
      this.said.textContent = held ? "" : busy ? (busy.total ? SV.t("{n} of {m} readings", { n: busy.done, m: busy.total }) : SV.t("computing…"))
        : reason || failed || SV.t(options.about);
      if (viewer.state.follow && this.following && !held && !reason && !failed && !this.busy.size) this.soon(name);
      return held;
    }

    soon(name) {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => { if (!this.viewer.gone && this.viewer.run && this.name() === name && this.root.offsetParent) this.request(); }, PAUSE);
    }
  }
  SV.Asked = Asked;

  // Whether a model of the chooser (NAME, NAME::4bit, NAME::4bit::ADAPTER) made a run; a directory goes by its last part.
  SV.madeBy = (model, key) => {
    const [name, small] = key.split("::"), bits = ((model.dtype || "").match(/[48]bit/) || [""])[0];
    return (model.name === name || model.name === name.split("/").pop()) && bits === (small || "");
  };
  const modelWords = ({ name, dtype }) => (/[48]bit/.test(dtype) ? `${name} ${dtype}` : name);

  // A value worked out once for something kept.
  SV.once = (kept, name, make) => {
    kept.memo = kept.memo || new Map();
    if (!kept.memo.has(name)) kept.memo.set(name, make());
    return kept.memo.get(name);
  };
})((window.SaliencyViewer = window.SaliencyViewer || {}));
