// Files that come in: what is taken of them, and where on the page they may be dropped or pasted.

import { t } from "../page/texts.js";

const VIDEO = /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g|m2?ts)$/i;
const LIMITS = { pictures: 50, video: 200 }; // MB
export const FRAMES = { least: 1, usual: 8, most: 32 };

/** @param {{type: string, name: string}} file */
export const isVideo = (file) => file.type.startsWith("video/") || VIDEO.test(file.name);

/**
 * Why these files are not taken, as news; null when they are.
 * @param {{type: string, name: string, size: number}[]} files
 * @param {boolean} add to the pictures that are there
 * @returns {{key: string} | {text: string} | null}
 */
export function refused(files, add) {
  if (!files.length) return { key: "media_unknown" };
  const video = files.some(isVideo);
  if (video && (files.length > 1 || add)) return { key: "media_mixed" };
  const limit = LIMITS[video ? "video" : "pictures"];
  for (const { name, size: bytes } of files) {
    const size = Math.ceil(bytes / 2 ** 20);
    if (size > limit) return { text: t("media_large", { name, limit, size }) };
  }
  return null;
}

/** @param {DataTransfer | null} data */
const filesOf = (data) => [...(data ? data.files : [])];

/** @param {DragEvent} event */
const carried = ({ dataTransfer }) => Boolean(dataTransfer && [...dataTransfer.types].includes("Files"));

/**
 * Anywhere on the page: the browser would leave it for a file that just misses the field.
 * @param {import("./field.js").MediaField} field
 */
export function listenForFiles(field) {
  const { stage, root } = field;
  document.addEventListener("dragover", (event) => {
    if (!carried(event)) return;
    event.preventDefault();
    stage.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) stage.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    stage.classList.remove("over");
    const here = carried(event) || (event.target instanceof Node && root.contains(event.target));
    if (event.defaultPrevented || !here) return;
    event.preventDefault();
    field.take(filesOf(event.dataTransfer), false);
  });
  document.addEventListener("paste", (event) => {
    const pasted = filesOf(event.clipboardData);
    if (!pasted.length) return; // words belong to the field they are pasted into
    event.preventDefault();
    field.take(pasted, false);
  });
}
