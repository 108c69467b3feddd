// The run shown first, and what stands next to it: a token of its own, another decoding, or any other run.

import { el, setChildren } from "../../shared/dom.js";
import { Popover } from "../controls/popover.js";
import { openTrace } from "../page/recover_link.js";
import { listeners, page, shown, stateListeners, told } from "../page/state.js";
import { t } from "../page/texts.js";
import { PAPER, chosenDecodings } from "./decodings.js";
import { runEntry, runList } from "./run_list.js";

/** @typedef {import("../page/state.js").Part} Part */
/** @typedef {import("../page/state.js").Reference} Reference */
/** @typedef {import("./run_list.js").RunEntry} RunEntry */

/** @returns {RunEntry[]} of this visit */
export const runs = () => (page.header && told(page.header.props.runs)) || [];

/** @param {Reference} reference */
function named(reference) {
  const known = runs().find((run) => run.id === reference.id);
  return known ? known.label : reference.label;
}

/** The held token, quoted; null where none is held. */
function heldWord() {
  const { viewer } = page;
  if (!viewer || !viewer.run || !viewer.holding || viewer.state.held === null) return null;
  return viewer.run.quoted(viewer.run.first + viewer.state.held);
}

/** @param {string} text */
const note = (text) => el("p", { class: "app-pop-note", text });

export class RunChooser {
  /** @param {Part} part */
  constructor(part) {
    this.part = part;
    this.list = new Popover({ label: t("run_list"), id: "app-runs", fill: (panel) => this.fillList(panel) });
    this.compare = new Popover({ label: t("compare"), id: "app-compare", fill: (panel) => this.fillCompare(panel) });
    this.root = el("div", { class: "app-group-middle" }, this.list.root, this.compare.root);
  }

  start() {
    const draw = () => this.draw();
    this.part.watch(["runs"], draw);
    listeners.add(draw);
    stateListeners.add(draw);
    draw();
  }

  /** @param {HTMLElement} panel */
  fillList(panel) {
    const { trigger } = this.part;
    const known = runs();
    const [first] = shown;
    const choose = (/** @type {RunEntry} */ run) => {
      this.list.open(false);
      trigger("show_run", { run: run.id, slot: 0 });
    };
    const act = (/** @type {RunEntry} */ run, /** @type {string} */ what, more = {}) =>
      trigger("manage", { run: run.id, act: what, ...more });
    const other = first && !known.some((run) => run.id === first.id);
    const current = first && first.id;
    setChildren(
      panel,
      el("strong", { text: t("runs_title") }),
      other && note(t(first.example ? "runs_example" : "runs_opened", { name: first.label })),
      known.length ? runList(known, { current, choose, act }) : note(t("no_runs")),
      known.length > 0 && note(t("runs_note")),
    );
  }

  /** @param {string} name @param {string} text @param {() => void} call @param {string} [hint] */
  pick(name, text, call, hint) {
    const click = () => {
      this.compare.open(false);
      call();
    };
    const attributes = { type: "button", class: "app-pick", "data-compare": name, title: hint || null };
    return el("button", { ...attributes, on: { click } }, el("span", { text }));
  }

  /** @param {HTMLElement} panel */
  fillCompare(panel) {
    const { trigger } = this.part;
    const [first, second] = shown;
    const held = heldWord();
    const swap = () => first && second && trigger("show_pair", { first: second.id, second: first.id });
    const all = () => trigger("decode_all", { names: chosenDecodings(), run: first && first.id });
    const methods = PAPER.map((method) =>
      this.pick("method:" + method, t("method_" + method), () => trigger("compare", { method })),
    );
    setChildren(
      panel,
      (second || held) && this.pick("nothing", t("compare_none"), () => this.alone()),
      second && !held && this.pick("swap", t("swap"), swap),
      this.pick("token", t("compare_token"), () => page.viewer && page.viewer.hold(), t("compare_token_hint")),
      el("strong", { text: t("compare_methods") }),
      el("div", { class: "app-pop-row" }, ...methods),
      this.pick("all", t("compare_all"), all, t("compare_all_hint")),
      el("strong", { text: t("compare_runs") }),
      this.others(),
      this.pick("open", t("open_trace_second"), () => openTrace("second")),
    );
  }

  others() {
    const [first, second] = shown;
    const others = runs().filter((run) => !first || run.id !== first.id);
    if (!others.length) return note(t("compare_no_runs"));
    const choose = (/** @type {RunEntry} */ run) => {
      this.compare.open(false);
      this.part.trigger("show_run", { run: run.id, slot: 1 });
    };
    const rows = others.map((run) => runEntry(run, { current: Boolean(second && second.id === run.id), choose }));
    return el("ul", { class: "app-entries" }, ...rows);
  }

  /** Nothing stands in the second place any more. */
  alone() {
    const { viewer } = page;
    if (viewer && viewer.state.held !== null) viewer.hold();
    else this.part.trigger("show_run", { run: null, slot: 1 });
  }

  draw() {
    const [first, second] = shown;
    const held = heldWord();
    this.list.say(first ? named(first) : t("no_runs"));
    this.compare.say(held ? t("compare_held", { word: held }) : second ? named(second) : t("compare_none"));
    this.compare.button.disabled = !first;
    for (const one of [this.list, this.compare]) one.again();
  }
}
