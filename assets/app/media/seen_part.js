// The part of one picture that the chosen model sees, framed: some families look at its middle only.

import { svgEl } from "../../shared/dom.js";
import { told } from "../page/state.js";
import { t } from "../page/texts.js";

/** @typedef {import("./field.js").MediaField} MediaField */

/** A rectangle as a path. @param {number} left @param {number} top @param {number} right @param {number} bottom */
const box = (left, top, right, bottom) => `M${left} ${top}H${right}V${bottom}H${left}Z`;

/** The drawing has the picture's own box; what is outside the part is covered. @param {MediaField} field */
export function frameSeen({ stage, seen, part }) {
  const { region } = told(part.props.part) || {};
  const picture = stage.querySelector(".app-media-one");
  const old = stage.querySelector(".app-media-seen");
  if (old) old.remove();
  if (!region || !picture) return;
  const { width, height } = seen.items[0];
  const [left, top, right, bottom] = region;
  const inside = box(left * width, top * height, right * width, bottom * height);
  const name = t("media_part");
  const attributes = { class: "app-media-seen", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name };
  const path = svgEl("path", { d: box(0, 0, width, height) + inside });
  picture.after(svgEl("svg", attributes, svgEl("title", { text: name }), path));
}
