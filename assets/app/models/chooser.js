// The dialog that offers models: by family, with what each needs next to what is free; weights, adapter, any other name.
// What cannot be had is shown and cannot be chosen, with the reason; a name one types is looked up in the same way. Names
// enter through textContent only.

import { el } from "../../shared/dom.js";
import { joinModelKey, parseModelKey } from "../../shared/model_key.js";
import { fieldRow, textField } from "../controls/fields.js";
import { t } from "../page/texts.js";
import { columns, families, line, reason } from "./model_row.js";

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
 * @property {Row | null} photographs the one to take for photographs
 * @property {string} [error]
 */

const PAUSE = 500; // ms after the last letter of a name until it is looked up

export class Chooser {
  /**
   * @param {HTMLButtonElement} button opens it
   * @param {(weights: string | null) => Promise<Offers>} fetchOffers
   * @param {(key: string) => Promise<Row & {error?: string}>} fetchOffer of any name
   * @param {(key: string) => void} choose
   * @param {() => string} chosen key of the one in use
   */
  constructor(button, fetchOffers, fetchOffer, choose, chosen) {
    this.button = button;
    this.fetchOffers = fetchOffers;
    this.fetchOffer = fetchOffer;
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
    this.typed = el("div", { class: "app-models-typed", role: "status" });
    const fields = [this.otherRow, this.typed, this.adapterRow, this.lacking];
    this.form = el("form", { class: "app-models-form" }, head, this.kinds, columns(), this.list, ...fields, foot);
    this.root = el("dialog", { class: "app-models", "aria-label": t("models_title") }, this.form);
    this.pause = 0;
    this.listen();
  }

  listen() {
    const { root, form, button, list, other } = this;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.submit();
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") event.stopPropagation(); // it closes the dialog, and nothing else on the page
    });
    list.addEventListener("dblclick", ({ target }) => {
      if (target instanceof Element && target.closest(".app-models-row:not(.off)")) form.requestSubmit();
    });
    other.addEventListener("input", () => {
      clearTimeout(this.pause);
      this.typed.replaceChildren();
      this.pause = window.setTimeout(() => this.lookUp(), PAUSE);
    });
    button.addEventListener("click", () => this.open());
    root.addEventListener("close", () => button.setAttribute("aria-expanded", "false"));
    root.addEventListener("click", ({ target }) => {
      if (target === root) root.close(); // beside it
    });
  }

  open() {
    const { root, button } = this;
    root.showModal();
    button.setAttribute("aria-expanded", "true");
    const now = parseModelKey(this.chosen());
    this.weights = now.weights;
    this.adapter.value = now.adapter;
    this.other.value = "";
    this.typed.replaceChildren();
    this.ask();
  }

  /** The key that is typed, else picked; "" for neither. */
  wanted() {
    const typed = this.other.value.trim();
    const adapter = this.adapter.value.trim();
    if (typed) return joinModelKey({ name: typed, weights: this.weights, adapter });
    const picked = /** @type {HTMLInputElement | null} */ (this.list.querySelector("input:checked"));
    if (!picked) return "";
    const { name, weights } = parseModelKey(picked.value);
    return joinModelKey({ name, weights, adapter: name === "demo" ? "" : adapter });
  }

  async submit() {
    const typed = Boolean(this.other.value.trim());
    const key = this.wanted();
    if (!key || (typed && !(await this.lookUp()))) return;
    this.root.close();
    this.choose(key);
  }

  /** Shows what a typed model needs, as a line of the list. @returns {Promise<boolean>} whether it can be had */
  async lookUp() {
    clearTimeout(this.pause);
    if (!this.other.value.trim()) return false;
    const key = this.wanted();
    this.typed.replaceChildren(el("p", { class: "app-models-wait", text: t("models_looking") }));
    const row = await this.fetchOffer(key);
    if (key !== this.wanted()) return false;
    if (row.error) {
      this.typed.replaceChildren(el("p", { class: "app-models-refused", text: row.error }));
      return false;
    }
    const found = /** @type {Row} */ (row);
    const room = (this.offers && this.offers.room) || "";
    const shown = line(found, room, true);
    for (const input of shown.querySelectorAll("input")) input.name = "app-model-typed";
    this.typed.replaceChildren(shown);
    return !reason(found, room);
  }

  async ask() {
    const ticket = ++this.asked;
    if (!this.offers) this.wait(t("models_reading"));
    this.form.setAttribute("aria-busy", "true");
    const found = await this.fetchOffers(this.weights || null);
    if (ticket !== this.asked) return;
    this.form.removeAttribute("aria-busy");
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
    const onKind = this.kinds.contains(document.activeElement);
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
    const kind = onKind && this.kinds.querySelector("input:checked"); // arrow keys go on through the kinds of weights
    if (kind instanceof HTMLElement) kind.focus();
    else first.focus();
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
