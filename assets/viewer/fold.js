// What is seen together: the room that is left for the pair under the caption, and the caption as one line further down.

/** @typedef {import("./viewer.js").Viewer} Viewer */

const LEAST = 260; // px of the pair's pictures
const LOW = 820; // px of a window: up to there everything is a little tighter
const EDGE = 10; // px left free at the window's lower edge

export class Fold {
  /** @param {Viewer} viewer @param {{caption: HTMLElement, bench: HTMLElement, pair: HTMLElement, layers: HTMLElement}} parts */
  constructor(viewer, parts) {
    this.viewer = viewer;
    this.parts = parts;
    this.full = 0; // px of the caption when it is not one line
    this.line = false;
    this.asked = 0; // an animation frame that will measure
    this.watch = new ResizeObserver(() => this.soon());
    this.watch.observe(parts.caption);
    for (const part of parts.bench.children) this.watch.observe(part);
    viewer.root.classList.toggle("sv-short", innerHeight <= LOW);
    this.soon = this.soon.bind(this);
    this.scrolled = this.scrolled.bind(this);
    addEventListener("resize", this.soon);
    addEventListener("scroll", this.scrolled, { passive: true, capture: true });
  }

  /** Once for all changes of a frame. */
  soon() {
    if (this.asked || this.viewer.gone) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      if (this.viewer.gone) return;
      this.measure();
      this.scrolled();
    });
  }

  /** px from the window's upper edge to where the caption stays: what the page around keeps there. */
  get top() {
    return parseFloat(getComputedStyle(this.parts.caption).top) || 0;
  }

  /** The pair's pictures take what the caption, the row of the word and the row of layers leave of the window. */
  measure() {
    const { caption, bench, pair, layers } = this.parts;
    const { root } = this.viewer;
    root.classList.toggle("sv-short", innerHeight <= LOW);
    if (!this.line) this.full = caption.offsetHeight;
    const rows = /** @type {HTMLElement[]} */ ([...pair.querySelectorAll(".sv-image-row")]);
    const picture = rows.find((row) => row.offsetParent); // on a phone one of them is hidden
    if (!picture) return;
    const gap = parseFloat(getComputedStyle(/** @type {Element} */ (caption.parentElement)).rowGap) || 0;
    const above = picture.getBoundingClientRect().top - bench.getBoundingClientRect().top;
    const below = layers.offsetHeight + parseFloat(getComputedStyle(layers).marginTop) || 0;
    const start = parseFloat(getComputedStyle(root).getPropertyValue("--sv-start")) || 0;
    const room = innerHeight - this.top - start - this.full - gap - above - below - EDGE;
    const text = `${Math.max(LEAST, Math.round(room))}px`;
    if (root.style.getPropertyValue("--sv-room") === text) return;
    root.style.setProperty("--sv-room", text);
    this.viewer.schedule();
  }

  /** Past the pair, the caption stays above as one line; what it gave up is kept as space, so that nothing jumps. */
  scrolled() {
    const { caption, layers } = this.parts;
    if (!this.full) return;
    const line = Boolean(this.viewer.run) && layers.getBoundingClientRect().top < this.top + this.full;
    if (line === this.line) return;
    this.line = line;
    caption.classList.toggle("sv-line", line);
    caption.style.marginBottom = line ? `${this.full - caption.offsetHeight}px` : "";
    for (const strip of this.viewer.strips) strip.keepInView(this.form);
  }

  /** In which form the strip stands: a change of it may hide the selected word. */
  get form() {
    return `${this.line} ${this.viewer.width} ${this.viewer.state.strip} ${this.viewer.state.content}`;
  }

  free() {
    this.watch.disconnect();
    cancelAnimationFrame(this.asked);
    removeEventListener("resize", this.soon);
    removeEventListener("scroll", this.scrolled, { capture: true });
  }
}
