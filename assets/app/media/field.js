// The field for pictures and videos: dropped, pasted or chosen, and shown as the model will get them, in their order.
// Files go up as they are; what is shown comes back from the server, which opens, turns and samples them (ui/media.py).

import { el } from "../../shared/dom.js";
import { listeners, modelListeners, page, told } from "../page/state.js";
import { t } from "../page/texts.js";
import { say } from "../parts/notice.js";
import { patiently } from "../parts/server.js";
import { aboutParts, stageParts } from "./drawing.js";
import { FRAMES, isVideo, listenForFiles, refused } from "./files.js";
import { frameSeen } from "./seen_part.js";

/** @typedef {import("../page/state.js").Part} Part */
/** @typedef {{src: string, width: number, height: number, time: number | null}} Item one picture or frame */
/** @typedef {{items: Item[], video?: boolean, duration?: number, source_frames?: number, error?: string}} Seen */
/** @typedef {{path?: string, name?: string, example?: string}} Named */
/** @typedef {{kind?: "pictures" | "video" | "run", files?: Named[], frames?: number}} Value */

/** @type {Seen} */
const EMPTY = { items: [] };
const ACCEPT = "image/*,.heic,.heif,.avif,.tif,.tiff,video/*,.mkv,.m4v,.avi,.ts";

export class MediaField {
  /** @param {Part} part */
  constructor(part) {
    this.part = part;
    /** @type {Value} */
    this.value = {};
    this.seen = EMPTY;
    this.serial = 0; // of the value the server gave last
    this.ticket = 0; // of the work going on; what an older one brings does not count
    this.root = /** @type {HTMLElement} */ (part.element.querySelector(".app-media"));
    const change = () => {
      this.take([...(this.input.files || [])], this.input.dataset.add === "true");
      this.input.value = "";
    };
    const hidden = { tabindex: "-1", class: "app-offscreen", "aria-hidden": "true" };
    this.input = el("input", { type: "file", multiple: true, accept: ACCEPT, ...hidden, on: { change } });
    this.stage = el("div", { class: "app-media-stage" });
    this.about = el("div", { class: "app-media-about" });
    this.warning = el("p", { class: "app-media-warning", role: "status" });
    this.root.replaceChildren(this.stage, this.about, this.warning, this.input);
  }

  start() {
    const { watch } = this.part;
    listenForFiles(this);
    watch("given", () => this.given());
    watch("model", () => this.limits());
    modelListeners.add(() => this.limits());
    watch("part", () => frameSeen(this));
    this.draw();
    this.given();
  }

  /** Opens the browser's dialog. @param {boolean} add to the pictures that are there */
  browse(add) {
    this.input.dataset.add = String(add);
    this.input.click();
  }

  /** The server set a value. */
  given() {
    const given = told(this.part.props.given);
    if (!given || given.serial === this.serial) return;
    this.serial = given.serial;
    this.part.props.value = given.value;
    this.look(given.value, false);
  }

  /** @param {File[]} files @param {boolean} add */
  async take(files, add) {
    const { kind: held, files: there = [] } = this.value;
    const refusal = refused(files, add);
    if (refusal) return say({ kind: "error", ...refusal });
    const mine = this.busy("media_uploading");
    const kept = [];
    for (const file of files) {
      try {
        kept.push({ path: (await this.part.upload(file)).path, name: file.name });
      } catch {
        if (mine !== this.ticket) return;
        say({ kind: "error", text: t("media_lost", { name: file.name }) });
        return this.draw();
      }
    }
    if (mine !== this.ticket) return;
    const several = held === "pictures" && (add || there.length > 1);
    const pictures = { kind: /** @type {const} */ ("pictures"), files: several ? [...there, ...kept] : kept };
    await this.look(files.some(isVideo) ? { kind: "video", files: kept, frames: FRAMES.usual } : pictures, true);
  }

  /**
   * Asks the server what a value looks like; only then it counts, so that a bad file takes nothing away.
   * @param {Value} next
   * @param {boolean} mine a person did it, not the server
   */
  async look(next, mine) {
    const asked = this.busy("media_reading");
    /** @type {Seen} */
    const found = await patiently(() => this.part.server.look_at(next), () => asked === this.ticket); // prettier-ignore
    if (asked !== this.ticket) return;
    if (!found.error) return this.settle(next, found, mine);
    this.part.props.value = this.value; // also where the server had set another
    say({ kind: "error", text: found.error });
    this.draw();
  }

  /** @param {Value} next @param {Seen} found @param {boolean} mine */
  settle(next, found, mine) {
    this.ticket++;
    this.value = next;
    this.seen = found;
    this.part.props.value = next;
    page.media = next;
    this.draw();
    for (const listener of listeners) listener();
    page.stale(mine);
    if (!mine) return;
    page.picks++;
    this.part.trigger(next.kind ? "chosen" : "cleared", {});
  }

  clear() {
    this.settle({}, EMPTY, true);
    (this.stage.querySelector("button") || this.root).focus();
  }

  /** @param {string} key of what is waited for @returns {number} ticket */
  busy(key) {
    this.stage.classList.add("busy");
    this.stage.dataset.wait = t(key);
    this.stage.setAttribute("aria-busy", "true");
    return ++this.ticket;
  }

  draw() {
    const { value, seen, stage, about, root } = this;
    const count = seen.items.length;
    const kind = value.kind || "empty";
    stage.className = "app-media-stage";
    stage.removeAttribute("aria-busy");
    root.dataset.kind = seen.video ? "video" : count > 1 ? "several" : kind;
    stage.replaceChildren(...stageParts(this));
    about.replaceChildren(...aboutParts(this));
    this.limits();
  }

  /** Whether the chosen model takes this is known once it is loaded: said before the run. */
  async limits() {
    this.warning.textContent = "";
    const count = this.seen.items.length;
    const video = Boolean(this.seen.video);
    if (!video && count < 2) return;
    const asked = this.ticket;
    const { server, props } = this.part;
    const able = await server.fetch_takes(props.model);
    if (asked !== this.ticket || !able || able.error) return; // it is asked again once the model is there
    if (video && !able.video) this.warning.textContent = t("takes_no_video", { families: able.videos });
    else if (!video && able.pictures && count > able.pictures) {
      this.warning.textContent = t("takes_one", { families: able.many });
    }
  }
}

/** @param {Part} part */
export function mountMedia(part) {
  new MediaField(part).start();
}
