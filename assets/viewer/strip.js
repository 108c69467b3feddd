// The caption as a strip of tokens, each a button whose colour and bar are its score (Eq. 6) or, with pins, what it drew.
(function (SV) {
  "use strict";

  class Strip {
    constructor(viewer, slot) {
      this.viewer = viewer;
      this.slot = slot;
      this.list = SV.el("div", {
        class: "sv-strip", role: "listbox", "aria-orientation": "horizontal",
        "aria-label": SV.t(slot ? "Tokens of the second run" : "Tokens of the caption"),
        on: {
          click: (event) => this.click(event),
          keydown: (event) => this.key(event),
          pointerover: (event) => this.over(event),
          pointerleave: () => viewer.hover(null),
          focusin: (event) => this.over(event),
        },
      });
      this.name = SV.el("div", { class: "sv-strip-name" });
      this.root = SV.el("div", { class: "sv-strip-box" }, this.name, this.list);
      this.buttons = [];
      this.drawn = [];
    }

    indexOf(node) {
      const button = node.closest && node.closest(".sv-token");
      return button ? Number(button.dataset.step) : null;
    }

    click(event) {
      const step = this.indexOf(event.target);
      if (step === null) return;
      const { granularity } = this.viewer.state; // with no keys at hand, "range" takes two taps and "several" one each
      this.opened = granularity === "range" && !event.shiftKey && !this.opened;
      this.viewer.pick(this.slot, step, { add: event.ctrlKey || event.metaKey || granularity === "several",
        range: event.shiftKey || (granularity === "range" && !this.opened) });
      this.focus();
    }

    key(event) {
      const at = this.viewer.tokenOf(this.slot), last = this.buttons.length - 1;
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: this.line(at, -1), ArrowDown: this.line(at, 1), Home: 0, End: last }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey || last < 0) return;
      event.preventDefault();
      this.viewer.pick(this.slot, Math.max(0, Math.min(last, to)), { range: event.shiftKey });
      this.focus();
    }

    // The token above or below, nearest in x.
    line(at, way) {
      const from = this.buttons[at] && this.buttons[at].getBoundingClientRect();
      if (!from) return at;
      const middle = from.left + from.width / 2;
      let best = at, cost = Infinity, line = null;
      for (let i = at + way; i >= 0 && i < this.buttons.length; i += way) {
        const box = this.buttons[i].getBoundingClientRect();
        if (Math.abs(box.bottom - from.bottom) < 4) continue;
        if (line === null) line = box.bottom;
        if (Math.abs(box.bottom - line) > 4) break;
        const distance = Math.abs(box.left + box.width / 2 - middle);
        if (distance < cost) [best, cost] = [i, distance];
      }
      return best;
    }

    over(event) {
      const step = this.indexOf(event.target);
      if (step === null) return;
      const run = this.viewer.runs[this.slot];
      this.viewer.hover(run.first + step, this.slot);
      if (event.type === "pointerover") this.viewer.tip.at(this.buttons[step], this.viewer.stepLines(this.slot, step));
    }

    focus() {
      const button = this.buttons[this.viewer.tokenOf(this.slot)];
      if (button) button.focus({ preventScroll: false });
    }

    button(step) {
      const text = SV.el("span", { class: "sv-token-text" });
      const bar = SV.el("span", { class: "sv-token-bar", "aria-hidden": "true" }, SV.el("span"));
      const badge = SV.el("span", { class: "sv-badge", "aria-hidden": "true" });
      return SV.el("button", { class: "sv-token", type: "button", role: "option", "data-step": step }, text, bar, badge);
    }

    draw() {
      const { viewer, slot } = this, run = viewer.runs[slot], steps = run ? run.steps : [];
      this.root.hidden = slot === 1 && (!run || viewer.holding);
      this.name.hidden = !viewer.comparing || viewer.holding;
      if (this.root.hidden) return;
      if (viewer.comparing) this.name.textContent = viewer.runName(slot);
      while (this.buttons.length > steps.length) {
        const gone = this.buttons.pop();
        if (gone.nextSibling && gone.nextSibling.tagName === "BR") gone.nextSibling.remove();
        gone.remove();
      }
      this.drawn.length = Math.min(this.drawn.length, steps.length);
      if (!steps.length) return;
      const shown = viewer.stripValues(slot), chosen = new Set(viewer.stepsOf(slot)), current = viewer.tokenOf(slot);
      const changed = viewer.changed(slot), { theme, state } = viewer, held = new Set(viewer.holding && slot === 0 ? viewer.stepsOf(1) : []);
      this.list.classList.toggle("sv-badges", steps.some((step) => step.rejected || step.fallback || step.forced));
      steps.forEach((step, i) => {
        let button = this.buttons[i];
        if (!button) {
          button = this.button(i);
          this.buttons.push(button);
          this.list.append(button);
        }
        const value = step.pending ? null : shown.values[i], mark = state.reveal_truth ? run.marks[i] : null;
        const selected = chosen.has(i), focus = i === current;
        const sign = [step.text, step.rejected, step.fallback, step.forced, step.pending, value, shown.scale.high,
          theme, state.cmap, selected, focus, held.has(i), changed.has(i), mark && mark.judgement].join("\u0001");
        if (this.drawn[i] === sign) return;
        this.drawn[i] = sign;
        this.paint(button, step, { value, shown, selected, focus, held: held.has(i), changed: changed.has(i), mark });
      });
    }

    paint(button, step, { value, shown, selected, focus, held, changed, mark }) {
      const { viewer } = this, known = value !== null && value !== undefined && !Number.isNaN(value);
      const [text, bar, badge] = button.children, place = known ? shown.scale.at(value) : 0;
      text.textContent = viewer.runs[this.slot].shown(viewer.runs[this.slot].first + step.index);
      const breaks = /[\n\r]$/.test(step.text), next = button.nextSibling;
      if (breaks && !(next && next.tagName === "BR")) button.after(document.createElement("br"));
      if (!breaks && next && next.tagName === "BR") next.remove();
      badge.textContent = (step.rejected ? "✗" + step.rejected : "") + (step.fallback ? "⚑" : "") + (step.forced ? "✎" : "");
      const tint = SV.tint(viewer.state.cmap, place, viewer.theme);
      button.style.setProperty("--ground", known ? tint.background : "transparent");
      button.style.setProperty("--ink", known ? tint.ink : "var(--sv-ink)");
      bar.firstChild.style.setProperty("--bar", SV.css(SV.rgb(viewer.state.cmap, place)));
      bar.firstChild.style.height = known ? `${Math.max(1, Math.round(place * 18))}px` : "0";
      button.dataset.value = known ? value : "";
      const classes = { "sv-pending": step.pending, "sv-selected": selected, "sv-none": !known, "sv-changed": changed, "sv-held": held,
        "sv-hallucinated": mark && mark.judgement === "hallucinated", "sv-right": mark && mark.judgement === "right" };
      for (const [name, on] of Object.entries(classes)) button.classList.toggle(name, Boolean(on));
      button.setAttribute("aria-selected", selected);
      button.tabIndex = focus ? 0 : -1;
      const said = [`${step.index}: ${text.textContent}`,
        step.pending ? SV.t("not observed yet") : `${shown.name} ${SV.number(value)}`];
      if (step.rejected) said.push(SV.t("{n} candidates rejected", { n: step.rejected }));
      if (step.fallback) said.push(SV.t("fallback: no candidate reached tau"));
      if (step.forced) said.push(SV.t("chosen by you"));
      if (held) said.push(SV.t("held"));
      if (mark) said.push(SV.t(mark.judgement === "right" ? "right" : "hallucinated"));
      button.setAttribute("aria-label", said.join("; "));
    }

    hover(key, slot) {
      const run = this.viewer.runs[this.slot];
      const step = run && key !== null ? this.viewer.translate(key, slot, this.slot) - run.first : -1;
      if (this.lit) this.lit.classList.remove("sv-lit");
      this.lit = this.buttons[step];
      if (this.lit) this.lit.classList.add("sv-lit");
    }
  }
  SV.Strip = Strip;
})((window.SaliencyViewer = window.SaliencyViewer || {}));
