// Pictures by their address, each loaded once.

export class Images {
  /** @param {() => void} came one is here now */
  constructor(came) {
    this.came = came;
    /** @type {Map<string, HTMLImageElement>} */
    this.known = new Map();
  }

  /** @param {string} src @returns {HTMLImageElement} perhaps not loaded yet */
  get(src) {
    const known = this.known.get(src);
    if (known) return known;
    const image = new Image();
    image.onload = this.came;
    image.src = src;
    this.known.set(src, image);
    return image;
  }

  clear() {
    this.known.clear();
  }
}
