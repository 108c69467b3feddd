// When a question to the model is asked without a click.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../assets/viewer/numbers/pace.js";

const run = (name, seconds) => ({ model: { name }, seconds });

test("before any answer the run's own times count: a prefill and a token's share, for each reading", () => {
  const made = run("demo", { prefill: 0.2, decode: 1.1, observe: 0.2 }); // 0.2 + 1.3 / 13 = 0.3 s
  assert.deepEqual([2, 3, 4].map((n) => new Pace().quick(made, 13, n)), [true, true, false]); // prettier-ignore
  assert.equal(new Pace().quick(run("demo", null), 13, 2), false);
  assert.equal(new Pace().quick(run("demo", { decode: 0.1 }), 13, 2), false);
  assert.equal(new Pace().quick(made, 0, 2), false);
});

test("what a model's last answer took here counts more, and only for that model", () => {
  const pace = new Pace();
  pace.heard("demo", 2, 1.0);
  const slow = run("demo", { prefill: 9 });
  assert.deepEqual([1, 2, 3].map((n) => pace.quick(slow, 5, n)), [true, false, false]); // prettier-ignore
  assert.equal(pace.quick(run("other", { prefill: 9 }), 5, 1), false);
  pace.heard("demo", 4, 1.0);
  assert.equal(pace.quick(slow, 5, 3), true);
});
