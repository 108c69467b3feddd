// The views of the viewer and the cards they stand in, made once.

import { el } from "../shared/dom.js";
import { Candidates } from "./tabs/candidates.js";
import { ClaimTab } from "./tabs/claim.js";
import { Data } from "./tabs/data.js";
import { Faithfulness } from "./tabs/faithfulness.js";
import { FrameTab } from "./tabs/frame_tab.js";
import { Heads } from "./tabs/heads.js";
import { KnockOut } from "./tabs/knock_out.js";
import { LayersTab } from "./tabs/layers.js";
import { Lens } from "./tabs/lens.js";
import { Marks } from "./tabs/marks.js";
import { Matrix } from "./tabs/matrix.js";
import { Shares } from "./tabs/shares.js";
import { Triangle } from "./tabs/triangle.js";
import { Fold } from "./fold.js";
import { t } from "./texts/t.js";
import { Live } from "./views/aria.js";
import { CaptionHead } from "./views/caption_head.js";
import { Controls } from "./views/controls.js";
import { Conversation } from "./views/conversation.js";
import { Curve } from "./views/curve.js";
import { Facts } from "./views/facts.js";
import { Flip } from "./views/flip.js";
import { Frames } from "./views/frames.js";
import { Heat } from "./views/heat.js";
import { Help } from "./views/help.js";
import { Layers } from "./views/layers.js";
import { Reading } from "./views/reading.js";
import { Strip } from "./views/strip.js";

/** @typedef {import("./viewer.js").Viewer} Viewer */

/**
 * What a tab shows. whole: fills as rows come; only: whether the tab is offered for this run; asked: what it needs first;
 * needs: what the page must be able to do.
 * @typedef {object} TabView
 * @property {HTMLElement} root
 * @property {() => void} draw
 * @property {(key: number | null, slot: number) => void} [hover]
 * @property {(layer: number | "target" | "all" | null) => void} [hoverLayer]
 * @property {() => void} [free]
 * @property {() => void} [write]
 * @property {boolean} [whole]
 * @property {boolean} [only]
 * @property {string} [name] where it depends on the run
 * @property {string} [needs]
 * @property {import("./views/on_demand.js").OnDemand} [asked]
 */
/** @typedef {{name: string, view: TabView, button: HTMLButtonElement}} Tab */
/** @typedef {ReturnType<typeof makeViews>} Views */

/** @param {Viewer} viewer @returns {[name: string, title: string, view: TabView][]} in their order */
const tabViews = (viewer) => [
  ["candidates", t("Candidates"), new Candidates(viewer)],
  ["claim", t("Does the claim hold?"), new ClaimTab(viewer)],
  ["layers", t("All layers"), new LayersTab(viewer)],
  ["words", t("Words × words"), new Triangle(viewer)],
  ["over", t("Over the caption"), new Shares(viewer)],
  ["frames", t("Frames"), new FrameTab(viewer)],
  ["lens", t("Logit lens"), new Lens(viewer)],
  ["heads", t("Heads"), new Heads(viewer)],
  ["matrix", t("One token's map"), new Matrix(viewer)],
  ["knock_out", t("Knock-out"), new KnockOut(viewer)],
  ["faithfulness", t("Faithfulness"), new Faithfulness(viewer)],
  ["marks", t("Marks"), new Marks(viewer)],
  ["data", t("Data"), new Data(viewer)],
];

/** @param {Viewer} viewer */
export function makeViews(viewer) {
  const strips = [new Strip(viewer, 0), new Strip(viewer, 1)];
  const head = new CaptionHead(viewer);
  const conversation = new Conversation(viewer);
  const [curve, controls, layers] = [new Curve(viewer), new Controls(viewer), new Layers(viewer)];
  const kinds = kindChoice(viewer);
  const facts = new Facts(viewer, kinds, controls.view.button);
  const [frames, heat] = [new Frames(viewer), new Heat(viewer)];
  const [live, help] = [new Live(viewer), new Help(viewer)];
  const pair = el("div", { class: "sv-pair sv-bench-pair" });
  const flip = new Flip(viewer, pair);
  const readings = new Reading(viewer);
  const tabs = tabViews(viewer).map(([name, title, view]) => ({ name, view, button: tabButton(viewer, name, title) }));
  const onKey = (/** @type {KeyboardEvent} */ event) => tabKey(viewer, event);
  const tabList = el("div", { class: "sv-tabs", role: "tablist", on: { keydown: onKey } }, ...tabs.map((tab) => tab.button)); // prettier-ignore
  const tabBody = el("div", { class: "sv-tab-body", role: "tabpanel" }, ...tabs.map((tab) => tab.view.root));
  const ofFirst = el("p", { class: "sv-hint sv-of-first", hidden: true });
  const captionCard = makeCaption(viewer, { strips, head, conversation, curve, controls, help, readings });
  const bench = card("sv-token-card", facts.root, readings.word, controls.view.box, frames.root, flip.root, pair);
  const shell = el(
    "div",
    { class: "sv-shell" },
    captionCard,
    bench,
    card("sv-heat-card", heat.root),
    card("sv-tab-card", tabList, ofFirst, tabBody),
    head.notice,
  );
  viewer.root.append(shell, live.root, help.root);
  const fold = new Fold(viewer, { caption: captionCard, bench, pair, layers: layers.root });
  return { fold, flip, layers, strips, head, conversation, curve, facts, controls, frames, heat, live, help, pair, readings, kinds, tabs, tabList, tabBody, ofFirst }; // prettier-ignore
}

/**
 * The caption with its head, its reading and its scores.
 * @param {Viewer} viewer
 * @param {{strips: Strip[], head: CaptionHead, conversation: Conversation, curve: Curve, controls: Controls, help: Help, readings: {caption: HTMLElement}}} views
 */
function makeCaption(viewer, { strips, head, conversation, curve, controls, help, readings }) {
  const title = el("h2", { text: t("Caption") });
  const content = controls.check(
    "content",
    t("content words"),
    t("leave out marks and the small words of the sentence"),
  );
  const helpButton = viewer.options.help !== false && makeHelpButton(help);
  const { opener } = conversation;
  const parts = [title, head.about, opener, viewer.rows.root, controls.truth, content, head.legend, helpButton];
  return el(
    "section",
    { class: "sv-card sv-caption", "data-picture": "caption", "data-about": "run" },
    el("div", { class: "sv-section-head" }, ...parts),
    conversation.root,
    strips[0].root,
    strips[1].root,
    readings.caption,
    head.signs,
    head.rejects,
    curve.root,
    conversation.ask,
  );
}

/** @param {string} name @param {HTMLElement[]} children */
const card = (name, ...children) => el("section", { class: `sv-card ${name}` }, ...children);

/** @param {Help} help */
function makeHelpButton(help) {
  const name = t("Keys and meanings");
  const attributes = { type: "button", class: "sv-button sv-help-button", text: "?", "aria-label": name, title: name };
  return el("button", { ...attributes, on: { click: () => help.toggle() } });
}

/** Which kind two runs are compared in. @param {Viewer} viewer */
function kindChoice(viewer) {
  const button = (/** @type {import("./state/defaults.js").Kind} */ kind, /** @type {string} */ text) =>
    el("button", { type: "button", text, "data-kind": kind, on: { click: () => viewer.set({ compare_kind: kind }) } });
  const buttons = [button("attention", t("attention")), button("saliency", t("saliency"))];
  return el("div", { class: "sv-segments", role: "group", "aria-label": t("compare"), hidden: true }, ...buttons);
}

/** @param {Viewer} viewer @param {string} name @param {string} text */
const tabButton = (viewer, name, text) =>
  el("button", {
    type: "button",
    role: "tab",
    class: "sv-tab",
    text,
    "data-view": name,
    on: { click: () => viewer.set({ view: name }) },
  });

/** @param {Viewer} viewer @param {KeyboardEvent} event */
function tabKey(viewer, event) {
  const tabs = viewer.tabs.filter((tab) => !tab.button.hidden);
  const at = tabs.findIndex((tab) => tab.name === viewer.state.view);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const tab = tabs[(to + tabs.length) % tabs.length];
  viewer.set({ view: tab.name });
  tab.button.focus();
}
