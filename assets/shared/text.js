// Sentences with blanks. Ignores where they come from: the viewer's table and the page's each have their own `t`.

/**
 * A sentence with its blanks `{name}` filled; a blank without a value stays as it is.
 * @param {string} text
 * @param {Record<string, unknown>} [values]
 */
export function filled(text, values) {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (blank, name) => (values[name] === undefined ? blank : String(values[name])));
}
