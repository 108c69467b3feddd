// The viewer on this page: what it may ask of the server, and what the page does when it changes.

import { Viewer } from "../../viewer/viewer.js";
import { PhotoBanner } from "../models/photo_banner.js";
import { keys } from "../page/keys.js";
import { remember } from "../page/links.js";
import { like, likeBefore } from "../page/prefs.js";
import { behavior, page, stateListeners, told } from "../page/state.js";
import { language } from "../page/texts.js";
import { rememberedTheme } from "../page/theme.js";
import { startTour } from "../page/tour.js";
import { say } from "./notice.js";
import { Places } from "./places.js";
import { Questions } from "./questions.js";

/** @typedef {import("../page/state.js").Part} Part */

const QUESTIONS = ["heads", "matrix", "lens", "knock_out", "faithfulness"]; // computed for one step, when asked for
const PARTS = ["#app-header", "#app-image", "#app-prompt", "#app-buttons", "#app-methods", "#app-decoding"];

/** The page is shown once every part has its height (gradio draws them frame by frame), at the latest after 4 s (app.css). */
function showWhole() {
  const tall = (/** @type {HTMLElement | null} */ node) => node !== null && node.offsetHeight > 0;
  const whole = PARTS.every((name) => tall(document.querySelector(name)));
  requestAnimationFrame(whole ? () => document.body.classList.add("app-ready") : showWhole);
}

/** @param {Part} part */
export function mountViewer(part) {
  const { element, server, trigger } = part;
  rememberedTheme();
  const root = /** @type {HTMLElement} */ (element.querySelector(".app-viewer"));
  const questions = new Questions(part);
  const viewer = new Viewer(root, {
    plotly: /** @type {any} */ (window).Plotly,
    lang: language,
    keys,
    tour: startTour,
    help: false, // the header has its button, and the whole page its key
    actions: ["force", "what_if", "mark", "ask", "claim", ...QUESTIONS],
    model: () => page.model,
    reports: part.props.reports,
    onState: (state, changed) => {
      remember();
      like(state, changed);
      for (const listener of stateListeners) listener();
    },
    onAction: (kind, detail, news) => {
      if (QUESTIONS.includes(kind)) return questions.ask(kind, detail, news);
      if (kind === "claim") return claim(server, detail);
      if (kind === "halt") return questions.halt(detail.kind);
      trigger(kind === "mark" ? "mark" : "action", { ...detail, kind });
      if (kind !== "mark") begun(root);
      return null;
    },
    fetchRows: async (run, step, count = 1) => {
      const rows = await server.fetch_rows([run, step, count]);
      if (rows.error) throw new Error(rows.error);
      return rows;
    },
  });
  page.stale = (on) => document.body.classList.toggle("app-stale", on && Boolean(viewer.run));
  likeBefore(viewer);
  page.viewer = viewer;
  const banner = new PhotoBanner();
  root.before(banner.root);
  banner.start();
  showWhole();
  new Places(part, viewer);
}

/** A run was asked for: it is waited for where it will be written. @param {HTMLElement} root */
function begun(root) {
  say({ kind: "busy", key: "queued" });
  const caption = /** @type {HTMLElement} */ (root.querySelector(".sv-caption"));
  if (caption.getBoundingClientRect().top < 0) caption.scrollIntoView({ behavior: behavior(), block: "start" });
}

/** Over which runs the claim is looked at is for the server; of which there are, the run list knows. @param {Part["server"]} server @param {object} detail */
async function claim(server, detail) {
  /** @type {{id: string}[]} */
  const runs = (page.header && told(page.header.props.runs)) || [];
  const answer = await server.fetch_claim({ ...detail, runs: runs.map((run) => run.id) });
  if (answer.error) throw new Error(answer.error);
  return answer;
}
