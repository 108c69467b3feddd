// The conversation around a caption: what was said before, and a field to ask on from the answer on the screen.

import { el, setChildren } from "../../shared/dom.js";
import { t } from "../texts/t.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */

export class Conversation {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {import("../state/run.js").Run | null | undefined} */
    this.drawn = undefined;
    this.root = el("div", { class: "sv-turns", tabindex: "0", hidden: true });
    this.field = el("input", {
      type: "text",
      class: "sv-text",
      maxlength: 2000,
      placeholder: t("a follow-up question about what is shown…"),
      "aria-label": t("Ask a follow-up"),
    });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.send();
    };
    const send = el("button", { type: "submit", class: "sv-button", text: t("Ask") });
    this.ask = el("form", { class: "sv-ask", hidden: true, on: { submit } }, this.field, send);
    this.opener = el("button", {
      type: "button",
      class: "sv-button sv-ask-open",
      text: t("Ask a follow-up"),
      on: { click: () => this.open(this.ask.hidden) },
    });
  }

  /** @param {boolean} shown */
  open(shown) {
    this.ask.hidden = !shown;
    this.opener.setAttribute("aria-expanded", String(shown));
    if (shown) this.field.focus();
  }

  send() {
    const { viewer } = this;
    const question = this.field.value.trim();
    if (!question || !viewer.run || viewer.run.payload.ended === "running") return this.field.focus();
    this.field.value = "";
    viewer.act("ask", { prompt: question });
  }

  /** @param {string} who @param {string} text */
  line(who, text) {
    const name = el("span", { class: "sv-turn-who", text: who });
    return el("div", { class: "sv-turn" }, name, el("span", { class: "sv-turn-text", text }));
  }

  draw() {
    const { viewer } = this;
    const { run } = viewer;
    this.opener.hidden = !run || !run.steps.length || !viewer.can("ask");
    if (this.opener.hidden) this.open(false);
    if (run === this.drawn) return;
    this.drawn = run;
    const history = (run && run.payload.history) || [];
    const system = run && run.payload.system;
    this.root.hidden = !run || !(system || history.length);
    if (!run || this.root.hidden) return setChildren(this.root);
    setChildren(
      this.root,
      system && this.line(t("system"), system),
      ...history.map(([who, text]) => this.line(who === "user" ? t("asked") : t("answered"), text)),
      this.line(t("asked now"), run.payload.prompt),
    );
  }
}
