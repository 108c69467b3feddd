// Over a result that means nothing: the demo model was shown a photograph. Names the model to take on this machine, with
// what it costs, and takes it with one click.

import { el } from "../../shared/dom.js";
import { modelLabel } from "../../shared/model_key.js";
import { press } from "../page/recover_link.js";
import { choiceListeners, listeners, page, shown } from "../page/state.js";
import { t } from "../page/texts.js";
import { fetched, memory, speed } from "./model_row.js";

/** @typedef {import("./model_row.js").Row} Row */

/** An upload stands in the field. */
const uploaded = () => Boolean(page.media && page.media.files && page.media.files.some((/** @type {any} */ file) => file.path)); // prettier-ignore

export class PhotoBanner {
  constructor() {
    this.root = el("section", { class: "app-photo", role: "status", hidden: true });
    this.about = ""; // the run or upload it speaks of
    this.dismissed = "";
    this.wanted = ""; // key of the model that Run is to be pressed with
  }

  start() {
    listeners.add(() => this.look());
    choiceListeners.add(() => this.chosen());
  }

  /** What it would speak of; "" for nothing. */
  subject() {
    const [first] = shown;
    if (page.model !== "demo") return "";
    if (first && first.foreign) return first.id;
    return uploaded() ? JSON.stringify(page.media.files) : "";
  }

  async look() {
    const about = this.subject();
    if (about === this.about) return;
    this.about = about;
    this.root.hidden = true;
    if (!about || about === this.dismissed || !page.header) return;
    const offers = await page.header.server.fetch_offers(null);
    if (about !== this.about) return;
    if (offers.error)
      this.about = ""; // asked anew at the next look
    else this.draw(offers.photographs);
  }

  /** @param {Row | null} row the model to take */
  draw(row) {
    const close = { type: "button", class: "app-close", "aria-label": t("dismiss"), text: "×" };
    const dismiss = () => {
      this.dismissed = this.about;
      this.root.hidden = true;
    };
    const button = (/** @type {string} */ key, /** @type {string} */ kind, /** @type {() => void} */ click) =>
      el("button", { type: "button", class: "app-button " + kind, text: t(key), on: { click } });
    const others = button("photo_others", "", () => press("#app-model"));
    const text = row ? t("photo_banner", { model: modelLabel(row.key), figures: figures(row) }) : t("photo_none");
    const use = row && button("photo_use", "app-primary", () => this.use(row.key));
    this.root.replaceChildren(
      el("p", { text }),
      el("div", { class: "app-photo-do" }, use, others),
      el("button", { ...close, on: { click: dismiss } }),
    );
    this.root.hidden = false;
  }

  /** @param {string} key */
  use(key) {
    this.wanted = key;
    if (page.header) page.header.trigger("model", { name: key });
  }

  /** Another model is chosen: the picture in the field is captioned with the one wanted from here. */
  chosen() {
    this.look();
    const run = this.wanted && page.model === this.wanted;
    this.wanted = "";
    if (run) press("#app-run");
  }
}

/** Download, memory and speed of a model in words. @param {Row} row */
function figures(row) {
  const files = row.here ? t("photo_here") : t("photo_download", { size: fetched(row) });
  const parts = [files, t("photo_memory", { size: memory(row) }), row.seconds === null ? "" : speed(row.seconds)];
  return parts.filter(Boolean).join(", ");
}
