// Insertion and deletion curves of a step: does the map point at what the model needs? With areas, chance, and the picture.

import { el } from "../../shared/dom.js";
import { csvButton } from "../draw/csv_button.js";
import { tokenOf } from "../state/choice.js";
import { t } from "../texts/t.js";
import { OnDemand } from "../views/on_demand.js";
import { choice } from "./choice.js";
import { HiddenPicture } from "./hidden_picture.js";
import { RANKINGS, WayChart, rankingLegend } from "./way_chart.js";

/** @typedef {import("../viewer.js").Viewer} Viewer */
/** @typedef {import("../state/run.js").Run} Run */
/** @typedef {"deletion" | "insertion"} Way */
/** @typedef {"saliency" | "attention" | "random"} Ranking */

/**
 * @typedef {object} Held as the server measured it; curves [draws][fractions]: probability of the written token
 * @property {number} places
 * @property {number} seed
 * @property {"mean" | "blur"} fill
 * @property {number[]} fractions of the picture
 * @property {Record<Way, Record<Ranking, number[][]>>} sides
 * @property {Record<Way, Record<Ranking, number[]>>} areas under each draw's curve
 * @property {Record<Ranking, number[]>} orders of the image tokens; random: the first draw's
 * @property {Map<string, any>} [memo]
 */

/** @type {Way[]} */
const WAYS = ["deletion", "insertion"];
const FIRST = 0.2; // the fraction whose picture is shown at first

export class Faithfulness {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.asked = new OnDemand(viewer, {
      kind: "faithfulness",
      label: t("measure insertion and deletion"),
      lasting: true,
      most: 64,
      detail: () => ({ layer: viewer.state.layer, fill: viewer.state.fill }),
      about: t("The picture's places are removed or shown in order of saliency, of attention and at random, and the model is asked each time how probable the written token still is."), // prettier-ignore
      read: (answer) => answer,
    });
    const fills = /** @type {[string, string][]} */ ([["mean", t("the picture's mean colour")], ["blur", t("a blur of the picture")]]); // prettier-ignore
    const fill = (/** @type {string} */ value) => viewer.set({ fill: /** @type {any} */ (value) });
    this.fill = choice(t("removed places become"), fills, fill);
    this.about = el("span", { class: "sv-unit" });
    this.save = csvButton(
      () => `faithfulness-${tokenOf(viewer, 0)}`,
      () => this.table(),
    );
    this.hidden = new HiddenPicture(viewer);
    this.charts = WAYS.map((way) => new WayChart(viewer, way, (look) => this.hidden.draw(look)));
    const pair = el("div", { class: "sv-pair" }, ...this.charts.map((chart) => chart.root));
    const foot = el("div", { class: "sv-faith-foot" }, this.hidden.root, caveats());
    this.body = el("div", {}, rankingLegend(), pair, foot);
    const head = el("div", { class: "sv-section-head" }, this.fill.root, this.about, this.save);
    this.root = el("div", {}, head, this.asked.root, this.body);
  }

  draw() {
    const { viewer } = this;
    const { run, state } = viewer;
    this.fill.select.value = state.fill;
    /** @type {Held | null} */
    const held = this.asked.draw();
    this.fill.select.disabled = Boolean(this.asked.reason());
    this.body.hidden = this.about.hidden = this.save.hidden = !held;
    if (!held || !run) return;
    const word = run.quoted(run.first + tokenOf(viewer, 0));
    const draws = held.sides.deletion.random.length;
    const made = { w: word, l: run.layerWords(state.layer), n: held.places, d: draws, s: held.seed };
    this.about.textContent = t("probability of {w} · {l} · {n} places · {d} random draws, seed {s}", made);
    for (const chart of this.charts) chart.draw(held, word);
    const { looking } = this.hidden;
    const at = held.fractions.findIndex((one) => one >= FIRST);
    const first = { held, way: /** @type {Way} */ ("deletion"), ranking: /** @type {Ranking} */ ("saliency"), at };
    this.hidden.draw(looking && looking.held === held ? looking : first);
  }

  /** @returns {import("../draw/csv_button.js").Table} a line per way, ranking, draw and fraction */
  table() {
    const { viewer } = this;
    const run = /** @type {Run} */ (viewer.run);
    /** @type {Held} */
    const held = this.asked.held;
    const step = run.steps[tokenOf(viewer, 0)];
    const curves = WAYS.flatMap((way) =>
      RANKINGS.flatMap(({ name }) => held.sides[way][name].map((curve, draw) => ({ way, name, draw, curve }))),
    );
    const areas = curves.map(({ way, name, draw }) => [`area ${way} ${name} ${draw}`, held.areas[way][name][draw]]);
    const rows = curves.flatMap(({ way, name, draw, curve }) =>
      curve.map((p, i) => [way, name, draw, held.fractions[i], p]),
    );
    const about = {
      model: run.payload.model.name,
      step: step.index,
      token: step.text,
      layers: run.layerWords(viewer.state.layer),
      "removed places become": held.fill,
      seed: held.seed,
      places: held.places,
      ...Object.fromEntries(areas),
    };
    return [[["side", "ranking", "draw", "fraction", "probability"], ...rows], about];
  }
}

const caveats = () =>
  el(
    "div",
    { class: "sv-caveat" },
    ...[
      t("A picture with holes is one the model never saw in training: the curves say how it answers to such pictures, not what it would need in a whole one."), // prettier-ignore
      t("One token, one picture. A ranking says something only where its curve leaves the range of the random ones."),
      t("Saliency and attention are the row of the chosen layers; the words written before stay as they are, and may give the token away without any picture."), // prettier-ignore
    ].map((text) => el("p", { class: "sv-hint", text })),
  );
