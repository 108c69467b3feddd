// Elements. Text from a model or a person enters only through textContent and setAttribute.

const SVG = "http://www.w3.org/2000/svg";

/**
 * `text` becomes textContent, `on` listeners by event, `style` properties; every other option an attribute. An option
 * that is null, undefined or false is left out, true is an attribute without a value.
 * @typedef {Record<string, any>} Options
 */

/**
 * @template {Element} Node
 * @param {Node} node
 * @param {Options} options
 * @param {(globalThis.Node | string | false | null | undefined | 0 | "")[]} children
 */
function build(node, options, children) {
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
    else if (name === "style") {
      for (const [key, item] of Object.entries(value)) /** @type {any} */ (node).style.setProperty(key, item);
    } else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

/**
 * el("button", {class: "x", text: "label", title: "...", on: {click: f}}, child, ...)
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Options | null} [options]
 * @param {(Node | string | false | null | undefined | 0 | "")[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const el = (tag, options, ...children) => build(document.createElement(tag), options || {}, children);

/**
 * The same for a drawing.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Options | null} [options]
 * @param {(Node | string | false | null | undefined)[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export const svgEl = (tag, options, ...children) => build(document.createElementNS(SVG, tag), options || {}, children);

/**
 * Replaces the children of a node; what is falsy is left out.
 * @param {Element} node
 * @param {(Node | string | false | null | undefined | 0)[]} children
 */
export function setChildren(node, ...children) {
  node.replaceChildren(.../** @type {Node[]} */ (children.filter(Boolean)));
}
