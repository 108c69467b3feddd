// The stream by which the queue's news comes. gradio 6.31 ends it with the last question it knows of; what is asked while
// that end is on its way would wait for ever. Then the stream is asked for anew, and goes on as if it had not ended.

/** @type {Set<string>} questions that were taken and have not come to their end */
const waiting = new Set();
/** @type {Set<string>} of which the end came before the answer that they were taken */
const early = new Set();

/** A question's news is to come. @param {Response} taken */
export async function expectNews(taken) {
  const { event_id: id } = await taken.clone().json();
  if (!early.delete(id)) waiting.add(id);
  await new Promise((next) => setTimeout(next)); // by then gradio has heard of an end let through just now
}

/** The news of all questions, to the end of the last. @param {() => Promise<Response>} ask */
export async function newsStream(ask) {
  const answer = await ask();
  if (!answer.ok || !answer.body) return answer;
  const { readable, writable } = new TransformStream();
  const told = writable.getWriter();
  passOn(answer.body, ask, told)
    .then(() => told.close())
    .catch((error) => told.abort(error)); // lost, or nobody listens
  return new Response(readable, { status: answer.status, headers: answer.headers });
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => Promise<Response>} ask
 * @param {WritableStreamDefaultWriter} told
 */
async function passOn(body, ask, told) {
  const [pieces, text, bytes] = [body.getReader(), new TextDecoder(), new TextEncoder()];
  let rest = "";
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
    const messages = (rest + text.decode(piece.value, { stream: true })).split("\n\n");
    rest = messages.pop() || "";
    for (const message of messages) {
      if (message.includes('"msg":"process_completed"')) ended(message);
      if (waiting.size && message.includes('"msg":"close_stream"')) return goOn(ask, told);
      await told.write(bytes.encode(message + "\n\n"));
    }
  }
}

/** @param {() => Promise<Response>} ask @param {WritableStreamDefaultWriter} told @returns {Promise<void>} */
async function goOn(ask, told) {
  const answer = await ask();
  if (!answer.ok || !answer.body) throw answer;
  return passOn(answer.body, ask, told);
}

/** @param {string} message */
function ended(message) {
  const { event_id: id } = JSON.parse(message.slice(message.indexOf("{")));
  if (!waiting.delete(id)) early.add(id);
}
