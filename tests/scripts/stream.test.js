// The stream of the queue's news: what it passes on, however it is cut, and when it is asked for anew.

import assert from "node:assert/strict";
import test from "node:test";
import { expectNews, newsStream } from "../../assets/app/parts/stream.js";

const CLOSE = { msg: "close_stream", event_id: null };
const done = (id) => ({ msg: "process_completed", event_id: id, output: { data: ["é\n\n 猫"] } });
const said = (...messages) => messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join("");
const taken = (id) => expectNews(new Response(JSON.stringify({ event_id: id })));

/** A connection, with what it says in pieces of some bytes; `lost`: it breaks then. */
function connection(text, size, lost = false) {
  const bytes = new TextEncoder().encode(text);
  const starts = [...Array(Math.ceil(bytes.length / size)).keys()].map((part) => part * size);
  return new Response(
    new ReadableStream({
      pull(out) {
        const start = starts.shift();
        if (start !== undefined) return out.enqueue(bytes.slice(start, start + size));
        return lost ? out.error(new Error("lost")) : out.close();
      },
    }),
    { headers: { "content-type": "text/event-stream" } },
  );
}

/** Asks for one connection after the other. */
function asking(...connections) {
  const ask = async () => {
    ask.times += 1;
    return connections.shift();
  };
  ask.times = 0;
  return ask;
}

for (const size of [1, 3, 7, 1000])
  test(`what is said is passed on as it came, in pieces of ${size}`, async () => {
    await taken("a");
    const text = said({ msg: "heartbeat" }, { msg: "estimation", event_id: "a", rank: 0 }, done("a"), CLOSE);
    const ask = asking(connection(text, size));
    const answer = await newsStream(ask);
    assert.equal(answer.headers.get("content-type"), "text/event-stream");
    assert.equal(await answer.text(), text);
    assert.equal(ask.times, 1);
  });

test("an end that one is still waiting behind is not told, and its news comes by the next connection", async () => {
  await taken("a");
  await taken("b");
  const [first, second] = [said(done("a"), CLOSE), said({ msg: "process_generating", event_id: "b" }, done("b"), CLOSE)];
  const ask = asking(connection(first, 7), connection(second, 7));
  assert.equal(await (await newsStream(ask)).text(), said(done("a")) + second);
  assert.equal(ask.times, 2);
});

test("an end that came before the answer that the question was taken is not waited for", async () => {
  const first = newsStream(asking(connection(said(done("a"), CLOSE), 7)));
  await (await first).text();
  await taken("a");
  const ask = asking(connection(said(CLOSE), 7));
  assert.equal(await (await newsStream(ask)).text(), said(CLOSE));
  assert.equal(ask.times, 1);
});

test("the words of a model end nothing", async () => {
  await taken("a");
  const words = { msg: "process_generating", event_id: "a", output: '{"msg":"close_stream"} "msg":"process_completed"' };
  const text = said(words, done("a"), CLOSE);
  const ask = asking(connection(text, 7));
  assert.equal(await (await newsStream(ask)).text(), text);
  assert.equal(ask.times, 1);
});

test("what is lost is lost to who listens, and so is what cannot be asked for anew", async () => {
  await taken("a");
  await assert.rejects((await newsStream(asking(connection(said(done("a")), 7, true)))).text(), /lost/);
  await taken("b");
  const refusal = new Response("<h1>Bad gateway</h1>", { status: 502 });
  await assert.rejects((await newsStream(asking(connection(said(CLOSE), 7), refusal))).text());
  assert.equal(await (await newsStream(asking(new Response("Gone", { status: 404 })))).text(), "Gone");
});
