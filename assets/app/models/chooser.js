// The panel that offers models: by family, with what each needs next to what is free; weights, adapter, any other name.
// What cannot fit is shown and cannot be chosen, with the reason. Names enter through textContent only.

import { el } from "../../shared/dom.js";
import { joinModelKey, parseModelKey } from "../../shared/model_key.js";
import { t } from "../page/texts.js";
import { families } from "./model_row.js";

/** @typedef {import("./model_row.js").Row} Row */

/**
 * @typedef {object} Offers
 * @property {string} room what is free; "": unknown
 * @property {{name: string, lacking: string | null}[]} quantizations
 * @property {boolean} free any name may be typed
 * @property {boolean} adapters adapters may be named
 * @property {string | null} adapter
 * @property {string | null} adapter_lacking why they cannot
 * @property {Row[]} rows
 * @property {string} [error]
 */

/** @param {string} name @param {string} placeholder */
function textField(name, placeholder) {
  const attributes = { type: "text", class: "app-models-text", name, placeholder, maxlength: 300 };
  return el("input", { ...attributes, spellcheck: "false", autocomplete: "off" });
}

/** @param {string} label @param {HTMLInputElement} field */
const fieldRow = (label, field) =>
  el("label", { class: "app-models-field", hidden: true }, el("span", { text: label }), field);

export class Chooser {
  /**
   * @param {HTMLButtonElement} button opens it
   * @param {(weights: string | null) => Promise<Offers>} fetchOffers
   * @param {(key: string) => void} choose
   * @param {() => string} chosen key of the one in use
   */
  constructor(button, fetchOffers, choose, chosen) {
    this.button = button;
    this.fetchOffers = fetchOffers;
    this.choose = choose;
    this.chosen = chosen;
    /** @type {Offers | null} */
    this.offers = null;
    this.weights = "";
    this.asked = 0; // questions to the server; only the last one counts
    this.room = el("span", { class: "app-models-room" });
    const radios = { role: "radiogroup", "aria-label": t("models_weights") };
    this.kinds = el("div", { class: "app-models-kinds", ...radios });
    this.list = el("div", { class: "app-models-list" });
    this.other = textField("app-model-other", t("models_other_hint"));
    this.adapter = textField("app-model-adapter", t("models_adapter_hint"));
    this.otherRow = fieldRow(t("models_other"), this.other);
    this.adapterRow = fieldRow(t("models_adapter"), this.adapter);
    this.lacking = el("p", { class: "app-models-lacking" });
    const use = el("button", { type: "submit", class: "app-button app-models-use", text: t("models_use") });
    const head = el("div", { class: "app-models-head" }, el("strong", { text: t("models_title") }), this.room);
    const foot = el("div", { class: "app-models-foot" }, use);
    const dialog = { role: "dialog", "aria-label": t("models_title"), hidden: true };
    const parts = [head, this.kinds, this.list, this.otherRow, this.adapterRow, this.lacking, foot];
    this.root = el("form", { class: "app-models", ...dialog }, ...parts);
    this.listen();
  }

  listen() {
    const { root, button, list } = this;
    root.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.submit();
    });
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.open(false);
    });
    list.addEventListener("dblclick", ({ target }) => {
      if (target instanceof Element && target.closest(".app-models-row:not(.off)")) root.requestSubmit();
    });
    button.addEventListener("click", () => this.open(root.hidden));
    document.addEventListener("pointerdown", ({ target }) => {
      const outside = target instanceof Node && !root.contains(target) && !button.contains(target);
      if (!root.hidden && outside) this.show(false);
    });
  }

  /** @param {boolean} on */
  show(on) {
    this.root.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
  }

  /** @param {boolean} on */
  open(on) {
    if (on === !this.root.hidden) return;
    this.show(on);
    if (!on) return this.button.focus();
    const now = parseModelKey(this.chosen());
    this.weights = now.weights;
    this.adapter.value = now.adapter;
    this.other.value = "";
    this.ask();
  }

  submit() {
    const typed = this.other.value.trim();
    const picked = /** @type {HTMLInputElement | null} */ (this.list.querySelector("input:checked"));
    if (!typed && !picked) return;
    const { name, weights } = picked ? parseModelKey(picked.value) : { name: "", weights: "" };
    const adapter = this.adapter.value.trim();
    const own = { name, weights, adapter: name === "demo" ? "" : adapter };
    this.open(false);
    this.choose(joinModelKey(typed ? { name: typed, weights: this.weights, adapter } : own));
  }

  async ask() {
    const ticket = ++this.asked;
    if (!this.offers) this.wait(t("models_reading"));
    this.root.setAttribute("aria-busy", "true");
    const found = await this.fetchOffers(this.weights || null).catch(() => ({ error: t("unexpected") }));
    if (ticket !== this.asked) return;
    this.root.removeAttribute("aria-busy");
    if (found.error) return this.wait(found.error);
    this.offers = /** @type {Offers} */ (found);
    this.draw(this.offers);
  }

  /** @param {string} text instead of the list */
  wait(text) {
    this.list.replaceChildren(el("p", { class: "app-models-wait", text }));
  }

  /** @param {Offers} offers */
  draw(offers) {
    this.room.textContent = offers.room ? t("models_room", { ...offers }) : t("models_room_unknown", { ...offers });
    const whole = this.kindChoice("", "models_whole", null);
    const kinds = offers.quantizations.map(({ name, lacking }) => this.kindChoice(name, "models_" + name, lacking));
    this.kinds.replaceChildren(el("span", { text: t("models_weights") }), whole, ...kinds);
    const reasons = [...offers.quantizations.map((kind) => kind.lacking), offers.adapters && offers.adapter_lacking];
    const missing = [...new Set(reasons.filter(Boolean))];
    this.lacking.textContent = missing.join(" ");
    this.lacking.hidden = !missing.length;
    this.otherRow.hidden = !offers.free;
    this.adapterRow.hidden = !offers.adapters;
    this.adapter.disabled = Boolean(offers.adapter_lacking) || !(offers.free || offers.adapter);
    this.list.replaceChildren(...families(offers.rows, offers.room, parseModelKey(this.chosen()).name));
    const first = this.list.querySelector("input:checked") || this.list.querySelector("input:not(:disabled)");
    if (!(first instanceof HTMLElement)) return;
    first.focus();
    first.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} value @param {string} key @param {string | null} lack why it cannot be had */
  kindChoice(value, key, lack) {
    const change = () => {
      this.weights = value;
      this.ask();
    };
    const attributes = { type: "radio", name: "app-model-weights", value, disabled: Boolean(lack), on: { change } };
    const input = el("input", attributes);
    input.checked = value === this.weights;
    return el("label", { class: "app-models-kind", title: lack || null }, input, el("span", { text: t(key) }));
  }
}
