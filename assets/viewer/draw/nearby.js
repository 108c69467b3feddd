// A drawing that takes long is made once it is, or comes, near the screen; until then only the wish is kept.

import { onScreen } from "../state/rows.js";

const AHEAD = 100; // px below or above the screen

export class Nearby {
  /** @param {HTMLElement} root what must be near @param {() => void} draw */
  constructor(root, draw) {
    this.root = root;
    this.draw = draw;
    this.owed = false;
    this.near = false;
    this.watch = new IntersectionObserver(
      (all) => {
        this.near = all[all.length - 1].isIntersecting;
        if (this.near) this.pay();
      },
      { rootMargin: `${AHEAD}px 0px` },
    );
    this.watch.observe(root);
    addEventListener("beforeprint", (this.onPrint = () => this.pay()));
  }

  ask() {
    this.owed = true;
    if (this.near) this.pay();
    else this.look();
  }

  /** The observer tells a frame late: whoever waits for what is on the screen asks here. */
  look() {
    if (this.owed && onScreen(this.root)) this.pay();
  }

  pay() {
    if (!this.owed) return;
    this.owed = false;
    this.draw();
  }

  free() {
    this.watch.disconnect();
    removeEventListener("beforeprint", this.onPrint);
  }
}
