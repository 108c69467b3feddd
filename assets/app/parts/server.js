// What the server does not answer or does not take, in a sentence: gradio 6.31 shows a run that was not taken as whatever
// came instead, and of a part's question it only logs that there was no answer. Whose turn it is the server itself tells.

import { t } from "../page/texts.js";
import { say, takeBack } from "./notice.js";
import { expectNews, newsStream } from "./stream.js";

const PAUSES = [1000, 4000]; // ms before a question is asked again
/** @type {Set<(event: any, sentence: string) => void>} called with what a part told of what was not taken */
export const refusedListeners = new Set();

export function watchServer() {
  const ask = window.fetch;
  window.fetch = (...given) => {
    const address = given[0] instanceof Request ? given[0].url : String(given[0]);
    if (address.includes("/component_server")) return asked(ask(...given));
    if (address.includes("/queue/join")) return taken(ask(...given), given[1]);
    if (address.includes("/queue/data")) return newsStream(() => ask(...given));
    return ask(...given);
  };
}

/** A part's question: what is no answer is {error: sentence}, and is `gone` as well where the server did not refuse it. @param {Promise<Response>} question */
async function asked(question) {
  const answer = await question.catch(() => null);
  if (answer && isAnswer(answer)) return answer;
  const told = answer && (await detailOf(answer));
  return new Response(JSON.stringify({ error: told || t("server_gone"), gone: !told }));
}

/** A run, or what takes as long. @param {Promise<Response>} question @param {RequestInit | undefined} how */
async function taken(question, how) {
  const answer = await question.catch((error) => {
    refused(how, t("server_gone")); // gradio loads the page anew as soon as there is one
    throw error;
  });
  if (isAnswer(answer)) {
    await expectNews(answer);
    return answer;
  }
  const detail = answer.status === 503 ? t("server_busy") : (await detailOf(answer)) || t("server_gone");
  refused(how, detail);
  say({ kind: "error", text: detail }); // by no key: that a question is answered does not take it back
  return new Response(JSON.stringify({ detail }), { status: answer.ok ? 502 : answer.status });
}

/** A page of the network between is none. @param {Response} answer */
function isAnswer(answer) {
  return answer.ok && (answer.headers.get("content-type") || "").includes("json");
}

/** The sentence of a refusal (ui/server), "" where something else came. @param {Response} answer @returns {Promise<string>} */
async function detailOf(answer) {
  const told = await answer.json().catch(() => null);
  return told && typeof told.detail === "string" ? told.detail : "";
}

/** @param {RequestInit | undefined} how @param {string} sentence */
function refused(how, sentence) {
  const { event_data: event } = JSON.parse(String((how && how.body) || "{}"));
  for (const listener of refusedListeners) listener(event || {}, sentence);
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
