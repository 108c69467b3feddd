// What the page around the viewer may give it. Types only; nothing runs here.

/** @typedef {import("./payload.js").Rows} Rows */
/** @typedef {import("./state/defaults.js").State} State */

/**
 * What the page around the viewer may give it.
 * @typedef {object} ViewerOptions
 * @property {any} [plotly] plotly.js; else window.Plotly
 * @property {string} [lang] such as "zh"
 * @property {"light" | "dark"} [theme] else that of the page
 * @property {boolean} [help] false: the page has its own button and key for it
 * @property {() => import("./views/help.js").Group[]} [keys] more groups of keys, in the page's words
 * @property {() => void} [tour]
 * @property {string[]} [actions] what `onAction` can do; else everything
 * @property {() => string} [model] key of the one chosen
 * @property {(state: State, changed: Partial<State>) => void} [onState]
 * @property {(name: string, detail: any, news?: (news: any) => void) => any} [onAction] what only the server can do
 * @property {import("./tabs/claim_reports.js").Report[]} [reports] that the claim's place lists
 * @property {(run: string, step: number, count?: number) => Promise<Rows>} [fetchRows]
 */

export {};
