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

/** Kept for this tab alone, also when its page is loaded again. @param {string} name @returns {string | null} */
export function recalledInTab(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} text */
export function keepInTab(name, text) {
  try {
    sessionStorage.setItem(name, text);
  } catch {
    /* private window */
  }
}

/** @param {string} name */
export function forgetInTab(name) {
  try {
    sessionStorage.removeItem(name);
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
