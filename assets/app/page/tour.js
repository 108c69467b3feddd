// Five steps around the page for a first visit. Dismissed once, it does not come back by itself; the help shows it again.

import { el } from "../../shared/dom.js";
import { small } from "./state.js";
import { canKeep, keep, recalled } from "./storage.js";
import { t } from "./texts.js";
import { bringIn, placeTour } from "./tour_place.js";

const FLAG = "saliency-viz-tour"; // in localStorage: "seen"
// What each step points at: on a small screen the first, else all the others together, if there are any.
const STEPS = [
  ["#app-image", "#app-image", "#app-examples", "#app-prompt", "#app-buttons"],
  [".sv-strip"],
  [".sv-token-card", ".sv-facts", ".sv-layer-row"], // what is seen without scrolling
  [".sv-tabs"],
  ["#app-methods"], // back at the top
];

/** @type {Tour | null} */
let open = null;

class Tour {
  constructor() {
    this.at = 0;
    this.before = /** @type {HTMLElement | null} */ (document.activeElement);
    this.ring = el("div", { class: "app-tour-ring", "aria-hidden": "true" });
    const labels = { "aria-labelledby": "app-tour-title", "aria-describedby": "app-tour-text" };
    const dialog = { role: "dialog", "aria-modal": "false", tabindex: "-1" };
    this.card = el("div", { class: "app-tour-card", ...dialog, ...labels });
    this.root = el("div", { class: "app-tour" }, this.ring, this.card);
    this.follow = () => placeTour(this.ring, this.card, target(this.at));
    this.key = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.end(); // the view may have had something to unpin
    };
    this.size = new ResizeObserver(this.follow);
  }

  start() {
    document.body.append(this.root);
    document.addEventListener("keydown", this.key);
    addEventListener("resize", this.follow);
    addEventListener("scroll", this.follow, { capture: true, passive: true });
    this.size.observe(document.body);
    this.show(0);
  }

  end() {
    open = null;
    keep(FLAG, "seen");
    document.removeEventListener("keydown", this.key);
    removeEventListener("resize", this.follow);
    removeEventListener("scroll", this.follow, { capture: true });
    this.size.disconnect();
    this.root.remove();
    if (this.before && this.before.isConnected) this.before.focus({ preventScroll: true });
  }

  /** All was seen: the page stands as it was found. */
  done() {
    this.end();
    scrollTo({ top: 0 });
  }

  /** @param {number} at */
  show(at) {
    this.at = at;
    this.card.replaceChildren(
      el("p", { class: "app-tour-count", text: t("tour_count", { n: at + 1, all: STEPS.length }) }),
      el("h2", { id: "app-tour-title", text: t(`tour_${at + 1}`) }),
      el("p", { id: "app-tour-text", text: t(`tour_${at + 1}_text`) }),
      this.buttons(at),
    );
    bringIn(target(at));
    this.follow();
    const next = /** @type {HTMLElement} */ (this.card.querySelector("[data-tour=next]"));
    next.focus({ preventScroll: true });
  }

  /** @param {number} at */
  buttons(at) {
    const last = at === STEPS.length - 1;
    const button = (/** @type {string} */ name, /** @type {string} */ text, /** @type {() => void} */ click) =>
      el("button", { type: "button", class: "app-button", "data-tour": name, text, on: { click } });
    const dots = STEPS.map((_, step) => el("i", { class: step === at ? "on" : null }));
    const next = button("next", t(last ? "tour_done" : "tour_next"), () => (last ? this.done() : this.show(at + 1)));
    next.classList.add("app-primary");
    return el(
      "div",
      { class: "app-tour-buttons" },
      !last && button("skip", t("tour_skip"), () => this.end()),
      el("span", { class: "app-tour-dots", "aria-hidden": "true" }, ...dots),
      at > 0 && button("back", t("tour_back"), () => this.show(at - 1)),
      next,
    );
  }
}

/** The frame around what a step points at, and its first part; null when nothing of it can be seen. @param {number} at @returns {import("./tour_place.js").Target | null} */
function target(at) {
  const [first, ...others] = STEPS[at];
  const names = small() || !others.length ? [first] : others;
  const nodes = names.flatMap((name) => document.querySelector(name) ?? []);
  const seen = nodes.filter((node) => node.getClientRects().length);
  const boxes = seen.map((node) => node.getBoundingClientRect());
  if (!boxes.length) return null;
  return {
    node: seen[0],
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

export function startTour() {
  if (open) return;
  open = new Tour();
  open.start();
}

/** A first visit that came without a link: once the page shows something to point at. */
let asked = false;
export function firstTour() {
  if (asked) return;
  asked = true;
  const linked = [...new URL(location.href).searchParams.keys()].some((name) => !name.startsWith("__"));
  if (!linked && canKeep() && recalled(FLAG) === null) startTour();
}
