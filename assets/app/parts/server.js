// What a part asks of the server: where no answer comes gradio 6.31 only logs that and answers undefined.

import { t } from "../page/texts.js";
import { say, takeBack } from "./notice.js";

/** @typedef {import("../page/state.js").Part} Part */

const PAUSES = [1000, 4000]; // ms before a question is asked again

/**
 * The part; what its server does not answer is refused as what it refuses, {error: sentence}, and is `gone` as well.
 * @param {Part} part
 * @returns {Part}
 */
export function answered(part) {
  /** @type {Part["server"]} */
  const server = {};
  for (const [name, ask] of Object.entries(part.server)) {
    server[name] = async (value) => {
      const answer = await ask(value);
      return answer === undefined ? { error: t("server_gone"), gone: true } : answer;
    };
  }
  return { ...part, server };
}

/**
 * The answer to what is asked again where none comes, for as long as it is wanted: a connection may fail for a moment.
 * @param {() => Promise<any>} ask
 * @param {() => boolean} wanted
 */
export async function patiently(ask, wanted) {
  let answer = await ask();
  const news = { kind: /** @type {const} */ ("error"), text: answer.error };
  for (const pause of PAUSES) {
    if (!answer.gone || !wanted()) break;
    say(news);
    await new Promise((next) => setTimeout(next, pause));
    if (wanted()) answer = await ask();
  }
  takeBack(news);
  return answer;
}
