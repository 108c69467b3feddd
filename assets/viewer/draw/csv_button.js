// The button that hands a view's numbers over as a CSV file.

import { el } from "../../shared/dom.js";
import { csvText } from "../numbers/csv.js";
import { t } from "../texts/t.js";
import { saveFile } from "./save.js";

/** @typedef {[rows: import("../numbers/csv.js").Cell[][], about: Record<string, unknown>]} Table as csvText takes it */

/** @param {() => string} name of the file, without ending @param {() => Table} table */
export function csvButton(name, table) {
  const click = () => saveFile(`${name()}.csv`, csvText(...table()), "text/csv");
  return el("button", { type: "button", class: "sv-button", text: t("save CSV"), on: { click } });
}
