// The export menu: files and figures made by the server from what is on the screen, and opening a saved trace.

import { el } from "../../shared/dom.js";
import { menu, option } from "../controls/menu.js";
import { openTrace } from "../page/recover_link.js";
import { page, shown } from "../page/state.js";
import { t } from "../page/texts.js";
import { say } from "../parts/notice.js";

/** @typedef {import("../page/state.js").Part["server"]} Server */

const FILES = ["html", "trace", "steps", "keys", "candidates", "json", "npz", "citation"];
const FIGURES = [
  "image",
  "layers",
  "layers-attention",
  "outputs",
  "distance",
  "text",
  "grid",
  "grid-attention",
  "scores",
  "compare",
];
const AGAIN = 300; // ms between two looks at a film in the making

/** @param {{data: string, kind: string, name: string}} file data: base64 */
function download(file) {
  const bytes = Uint8Array.from(atob(file.data), (letter) => letter.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: file.kind }));
  const anchor = el("a", { href: url, download: file.name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** @param {string} name @param {string} label @param {[string, string][]} options value and text */
function chooser(name, label, options) {
  const select = el("select", { class: "app-select", name, "aria-label": label });
  for (const [value, text] of options) option(value, text, select);
  return select;
}

export class ExportMenu {
  /** @param {Server} server */
  constructor(server) {
    this.server = server;
    const figures = FIGURES.map(
      (name) => /** @type {[string, string]} */ ([name, t("figure_" + name.replace("-", "_"))]),
    );
    const films = ["both", "saliency", "attention"].map(
      (name) => /** @type {[string, string]} */ ([name, t("film_" + name)]),
    );
    const which = ["all", "most"].map((name) => /** @type {[string, string]} */ ([name, t("film_" + name)]));
    this.figure = chooser("figure", t("export_figure"), figures);
    this.film = chooser("film", t("export_film"), films);
    this.frames = chooser("film-frames", t("film_all"), which);
    const figure = this.row(t("export_figure"), [this.figure], ["png", "svg", "pdf"], () => this.figure.value);
    const film = this.row(t("export_film"), [this.film, this.frames], ["mp4", "gif"], () => this.filmName());
    const files = FILES.map((kind) => this.button(kind, t("export_" + kind), () => kind));
    const open = (/** @type {"first" | "second"} */ place, /** @type {string} */ text) =>
      el("button", { type: "button", "data-open": place, text, on: { click: () => openTrace(place) } });
    const traces = [open("first", t("open_trace")), open("second", t("open_trace_second"))];
    this.root = menu(t("export"), figure, film, el("hr"), ...files, el("hr"), ...traces);
    this.root.id = "app-export";
  }

  /** @param {string} kind @param {string} text @param {() => string} name of what is made */
  button(kind, text, name) {
    const click = () => this.export(name());
    return el("button", { type: "button", "data-export": kind, text, on: { click } });
  }

  /** @param {string} text @param {HTMLSelectElement[]} selects @param {string[]} suffixes @param {() => string} name */
  row(text, selects, suffixes, name) {
    const buttons = suffixes.map((suffix) => this.button(suffix, suffix.toUpperCase(), () => `${name()}.${suffix}`));
    return el("div", { class: "app-figure" }, el("span", { text }), ...selects, el("div", {}, ...buttons));
  }

  filmName() {
    const most = this.frames.value === "most" && !this.frames.hidden;
    return "film-" + this.film.value + (most ? "-most" : "");
  }

  /** @param {string} kind such as "steps" or "image.png" */
  async export(kind) {
    const { viewer } = page;
    const [first, second] = shown;
    if (!first) return;
    say({ kind: "busy", key: "exporting" });
    const ticket = kind.startsWith("film") ? Math.random().toString(36).slice(2) : null;
    const state = viewer ? { ...viewer.getState(), steps: viewer.stepsOf(0) } : {};
    try {
      const made = this.server.fetch_export([first.id, kind, state, second && second.id, ticket]);
      if (ticket) this.watchFilm(made, ticket);
      const file = await made;
      if (file.error) return say({ kind: "error", text: file.error });
      download(file);
      say(null);
    } catch {
      say({ kind: "error", key: "unexpected" });
    }
  }

  /** A film takes seconds: how far it has come is told while it is made. @param {Promise<any>} made @param {string} ticket */
  async watchFilm(made, ticket) {
    let open = true;
    const over = () => {
      open = false;
    };
    made.then(over, over);
    while (open) {
      await new Promise((next) => setTimeout(next, AGAIN));
      const part = open ? await this.server.fetch_film(ticket) : null;
      if (open && typeof part === "number")
        say({ kind: "busy", text: t("filming", { percent: Math.round(100 * part) }) });
    }
  }

  /** Its rows are off while no run is shown. @param {boolean} on */
  allow(on) {
    const rows = /** @type {NodeListOf<HTMLButtonElement>} */ (this.root.querySelectorAll("[data-export]"));
    for (const row of rows) row.disabled = !on;
    this.frames.hidden = !(page.viewer && page.viewer.run && page.viewer.run.several);
  }
}
