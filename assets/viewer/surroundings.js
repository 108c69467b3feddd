// What the page around the viewer decides: its theme and its width. A change of either is drawn.

/** @typedef {import("./viewer.js").Viewer} Viewer */

export class Surroundings {
  /** @param {Viewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.width = 0;
    /** @type {boolean | undefined} */
    this.dark = undefined;
    this.themeWatch = new MutationObserver(() => this.look());
    for (const node of [document.documentElement, document.body]) {
      this.themeWatch.observe(node, { attributes: true, attributeFilter: ["class"] });
    }
    this.sizeWatch = new ResizeObserver(() => this.measure());
    this.sizeWatch.observe(viewer.root);
    this.look();
  }

  look() {
    const { root, options } = this.viewer;
    const page = Boolean(root.closest(".dark")) || document.body.classList.contains("dark");
    const dark = options.theme ? options.theme === "dark" : page;
    if (dark === this.dark) return;
    this.dark = dark;
    root.classList.toggle("sv-dark", dark);
    this.viewer.schedule();
  }

  measure() {
    const { clientWidth } = this.viewer.root;
    if (Math.abs(clientWidth - this.width) < 1) return;
    this.width = clientWidth;
    this.viewer.schedule();
  }

  free() {
    this.themeWatch.disconnect();
    this.sizeWatch.disconnect();
  }
}
