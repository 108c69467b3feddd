// What every part of the page shares: the viewer, the runs in its two places, what is chosen, and who wants to know.

/** @typedef {import("../../viewer/viewer.js").Viewer} Viewer */

/**
 * A run in a place, as the server names it.
 * @typedef {object} Reference
 * @property {string} id
 * @property {string} label
 * @property {number} serial grows with every change of the place
 * @property {boolean} [example]
 * @property {boolean} [aside] shown, but not what the address is about
 * @property {boolean} [short] it cannot be made again from its recipe
 * @property {boolean} [truth] its marks are shown at once
 * @property {boolean} [keep] what is looked at stays
 * @property {"field" | "run"} [of] it was made here: of the picture in the field as Run was pressed, or of a shown run's
 * @property {boolean} [foreign] the demo model was shown what is no scene of its world, as far as is known
 * @property {{sgrs: boolean, locore: boolean, decoder: string}} [methods] that it was decoded with
 * @property {Record<string, string>} [recipe]
 * @property {Record<string, string>} [state] of a link
 */

/**
 * What gradio hands a part. watch(names, call): a prop changed.
 * @typedef {object} Part
 * @property {HTMLElement} element
 * @property {any} props
 * @property {(event: string, value: object) => void} trigger
 * @property {(names: string | string[], call: () => void) => void} watch
 * @property {Record<string, (value?: any) => Promise<any>>} server
 * @property {(file: File) => Promise<{path: string}>} upload
 */

/**
 * @typedef {object} Page
 * @property {Viewer | null} viewer
 * @property {Part | null} header the part whose events choose models and runs
 * @property {string} model key of the one chosen
 * @property {any} media value of the field for pictures and videos
 * @property {number} picks how often a person changed that
 * @property {number} asked picks when Run was pressed last
 * @property {(on: boolean) => void} stale what is shown is of a picture that is no longer in the field
 * @property {() => void} lookAtModel asks where the model stands
 */

/** @type {Page} */
export const page = {
  viewer: null,
  header: null,
  model: "",
  media: null,
  picks: 0,
  asked: 0,
  stale: () => {},
  lookAtModel: () => {},
};

/** @type {[Reference | null, Reference | null]} of the runs in the first and second place */
export const shown = [null, null];
/** @type {Set<() => void>} called when these change */
export const listeners = new Set();
/** @type {Set<() => void>} called when another model is chosen */
export const choiceListeners = new Set();
/** @type {Set<() => void>} called when the chosen model can be used */
export const modelListeners = new Set();
/** @type {Set<() => void>} called when what is looked at in them changes */
export const stateListeners = new Set();

/** What the server told a part: JSON text (see ui/updates.py), or nothing yet. @param {unknown} prop */
export const told = (prop) => (typeof prop === "string" && prop ? JSON.parse(prop) : null);

/** Whether things must not move by themselves. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export const behavior = () => /** @type {ScrollBehavior} */ (calm() ? "auto" : "smooth");

export const small = () => innerWidth <= 640;
