// Stopping a caption from the notice. gradio's own Stop is off until the run began: a wish to stop waits for that.

/** @type {MutationObserver | null} */
let wish = null;

/** @param {string} name of gradio's button */
export function stopWhenPossible(name) {
  forgetStop();
  const button = /** @type {HTMLButtonElement | null} */ (document.querySelector(name));
  if (!button) return;
  if (!button.disabled) return button.click();
  wish = new MutationObserver(() => {
    if (button.disabled) return;
    forgetStop();
    button.click();
  });
  wish.observe(button, { attributes: true, attributeFilter: ["disabled"] });
}

/** Nothing is in the making any more: the next run is not to be stopped by an old wish. */
export function forgetStop() {
  if (wish) wish.disconnect();
  wish = null;
}
