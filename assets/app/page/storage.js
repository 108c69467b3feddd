// What the browser keeps between visits; a private window keeps nothing, and that is no fault.

/** @param {string} name @returns {string | null} null: nothing is kept, or nothing may be */
export function recalled(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} text */
export function keep(name, text) {
  try {
    localStorage.setItem(name, text);
  } catch {
    /* private window */
  }
}

/** Whether anything can be kept at all. */
export function canKeep() {
  try {
    return Boolean(localStorage);
  } catch {
    return false;
  }
}
