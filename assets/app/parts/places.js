// Which runs the viewer's two places hold, and news of a growing one: one change after the other, in the order they came.

import { parsed, remember } from "../page/links.js";
import { settle } from "../page/recover_link.js";
import { listeners, page, shown, told } from "../page/state.js";
import { firstTour } from "../page/tour.js";
import { say, takeBack } from "./notice.js";
import { patiently } from "./server.js";

/** @typedef {import("../../viewer/viewer.js").Viewer} Viewer */
/** @typedef {import("../page/state.js").Reference} Reference */

export class Places {
  /** @param {import("../page/state.js").Part} part @param {Viewer} viewer */
  constructor({ props, server, watch }, viewer) {
    this.props = props;
    this.server = server;
    this.viewer = viewer;
    this.serials = [0, 0];
    /** @type {(string | null)[]} ids of the runs the viewer has */
    this.loaded = [null, null];
    /** @type {import("./notice.js").News | null} what was said last of a run that did not come */
    this.refused = null;
    /** @type {Promise<unknown>} */
    this.chain = Promise.resolve();
    watch(["run", "second"], () => this.changed());
    const pressed = (/** @type {MouseEvent} */ { target }) => {
      if (target instanceof Element && target.closest("#app-run")) page.asked = page.picks;
    };
    document.addEventListener("click", pressed, true);
    watch("delta", () => this.grew());
    this.changed();
  }

  /** @param {() => unknown} work */
  queue(work) {
    this.chain = this.chain.then(work).catch((error) => {
      console.error(error);
      say({ kind: "error", key: "unexpected" });
    });
  }

  changed() {
    for (const slot of /** @type {const} */ ([0, 1])) {
      /** @type {Reference | null} */
      const reference = told(slot ? this.props.second : this.props.run);
      const serial = reference ? reference.serial : 0;
      if (this.serials[slot] === serial) continue;
      this.serials[slot] = serial;
      const place = reference && reference.id ? reference : null;
      shown[slot] = place;
      this.queue(() => this.show(slot, place));
      this.queue(() => {
        for (const listener of listeners) listener();
        remember();
      });
      this.queue(() => {
        this.viewer.drawn().then(firstTour); // not waited for
      });
    }
  }

  /** @param {0 | 1} slot @param {Reference | null} reference */
  async show(slot, reference) {
    const { viewer, loaded } = this;
    if (!reference) {
      loaded[slot] = null;
      viewer.setRun(null, { slot });
      return;
    }
    const { picks } = page;
    const ask = () => this.server.fetch_run(reference.id);
    const payload = await patiently(ask, () => shown[slot] === reference);
    if (payload.gone && shown[slot] !== reference) return; // another is wanted by now
    if (payload.error) return say((this.refused = { kind: "error", text: payload.error }));
    if (this.refused) takeBack(this.refused);
    const since = reference.of ? page.asked : picks; // it is of the picture there was then
    if (slot === 0 && loaded[0] !== reference.id && reference.of !== "run") page.stale(page.picks !== since);
    loaded[slot] = reference.id;
    const kept = reference.keep ? viewer.getState() : null;
    viewer.setRun(payload, { slot, example: Boolean(reference.example) });
    if (kept) viewer.setState(kept);
    if (slot) return;
    if (reference.truth) viewer.setState({ reveal_truth: true });
    if (reference.state) viewer.setState(parsed(reference.state));
    settle(reference, payload);
  }

  grew() {
    const delta = told(this.props.delta);
    if (!delta || !delta.run) return;
    this.queue(async () => {
      if (this.loaded[delta.slot] !== delta.run) return;
      const run = this.viewer.runs[/** @type {0 | 1} */ (delta.slot)];
      if (run && run.steps.length >= delta.start) this.viewer.appendSteps(delta);
      else await this.show(delta.slot, shown[/** @type {0 | 1} */ (delta.slot)]); // a message was lost
    });
  }
}
