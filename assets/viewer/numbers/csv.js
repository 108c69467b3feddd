// Tables as CSV for other programs. As csv_text in saliency_viz/figures/rows/tables.py; tests/cases/csv.json holds both to
// the same text.

/** @typedef {string | number | null | undefined} Cell */

const FORMULA = /^[=+\-@\t\r]/; // a spreadsheet would run it
const UNSAFE = /[\u007f-\u009f\u2028\u2029]/g; // could begin a line
const FORMULA_AFTER = /(?<=[,;] ?)[=+@-]/g; // a cell of its own, where a comma or semicolon ends one

/** Text is quoted, so that a # in a token never begins a comment; a number is not. @param {Cell} value */
function field(value) {
  if (typeof value === "number") return String(value);
  const text = value === null || value === undefined ? "" : String(value);
  return `"${(FORMULA.test(text) ? "'" + text : text).replace(/"/g, '""')}"`;
}

/** @param {string} sign */
const escaped = (sign) => "\\u" + sign.charCodeAt(0).toString(16).padStart(4, "0");

/** A value as JSON on one line. @param {unknown} value */
function oneLine(value) {
  const text = Array.isArray(value)
    ? `[${value.map((item) => JSON.stringify(item)).join(", ")}]`
    : JSON.stringify(value);
  const safe = text.replace(UNSAFE, escaped);
  return typeof value === "string" ? safe.replace(FORMULA_AFTER, escaped) : safe;
}

/**
 * A line for each row, after a line "# key: value" for each of `about`, so that a reader which skips lines that begin
 * with # gets the table: `pandas.read_csv(path, comment="#")`.
 * @param {Cell[][]} rows the first are the columns' names
 * @param {Record<string, unknown>} [about]
 */
export function csvText(rows, about = {}) {
  const comments = Object.entries(about).map(([key, value]) => `# ${key}: ${oneLine(value)}`);
  return [...comments, ...rows.map((row) => row.map(field).join(","))].map((line) => line + "\n").join("");
}
