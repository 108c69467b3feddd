// Which tokens of a caption carry content: not marks, and not the small words that hold an English sentence together.

const SMALL = new Set(
  (
    "a an the this that these those there here it its he she they them his her their we you i is are was were be been " +
    "being am do does did has have had having can could will would may might must shall should and or but nor so yet " +
    "if then than as of in on at to by for from with without into onto over under above below between among through " +
    "during before after about against off out up down near next also very just not no some any each every both all " +
    "which who whom whose what where when how while because s t ' other another one's"
  ).split(" "),
);

/**
 * A token that is a piece of a word goes with its word: it carries content where the whole word does.
 * @param {string[]} texts of all outputs, with their spaces
 * @returns {boolean[]}
 */
export function contentWords(texts) {
  /** @type {boolean[]} */
  const found = [];
  for (let start = 0, stop; start < texts.length; start = stop) {
    stop = start + 1;
    while (stop < texts.length && /^[\p{L}\p{N}'’]/u.test(texts[stop]) && /[\p{L}\p{N}'’]$/u.test(texts[stop - 1]))
      stop++;
    const word = texts.slice(start, stop).join("").trim().toLowerCase();
    const carries = /[\p{L}\p{N}]/u.test(word) && !SMALL.has(word);
    for (let i = start; i < stop; i++) found.push(carries && /[\p{L}\p{N}]/u.test(texts[i]));
  }
  return found;
}
