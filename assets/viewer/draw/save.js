// Hands a file to the browser's download.

import { el } from "../../shared/dom.js";

/**
 * @param {string} name
 * @param {BlobPart} data
 * @param {string} type such as "text/csv"
 */
export function saveFile(name, data, type) {
  const link = el("a", { href: URL.createObjectURL(new Blob([data], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
