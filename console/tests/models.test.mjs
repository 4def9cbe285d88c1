/** The release gate: its figures, and what is held against what. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, figure, isSame, requestOf, sidesOf, wordsOf;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    appType: "custom",
    logLevel: "error",
    optimizeDeps: { noDiscovery: true },
  });
  ({ figure, isSame, requestOf, sidesOf, wordsOf } = await server.ssrLoadModule("/src/lib/modelGate.ts"));
});

after(() => server.close());

const OLD = { name: "old", version: "1", sha256: "a" };
const NEW = { name: "new", version: "2", sha256: "b" };
const run = (run_id, weights, more = {}) => ({ run_id, weights, gate_id: 1, state: "done", ...more });
const model = (it, problem = "") => ({ ...it, problem });

test("figures have three digits, and whole numbers none behind", () => {
  assert.deepEqual([0, 3, 24.83, 0.4444, 0.0123, 1234.6, -2.345].map(figure), ["0", "3", "24.8", "0.44", "0.012", "1235", (-2.345).toFixed(2)]);
});

test("what nobody knows is a dash, and 0 is a value", () => {
  assert.deepEqual(wordsOf({ values: { first: 0, low: null, machine: "x" } }), { first: "0", low: "–", machine: "x" });
});

test("only done replays of the set are held against each other, by models that can be used", () => {
  const runs = [run(1, "old 1"), run(2, "new 2"), run(3, "new 2", { state: "running" }), run(4, "new 2", { gate_id: 2 }), run(5, "torn 1")];
  const sides = sidesOf(runs, 1, OLD, [model(OLD), model(NEW), model({ name: "torn", version: "1", sha256: "c" }, "torn")]);
  assert.deepEqual([sides.old.map((it) => it.run_id), sides.new.map((it) => it.run_id)], [[1], [2]]);
  assert.deepEqual(sidesOf(runs, null, OLD, [model(NEW)]), { old: [], new: [] });
});

test("the same weights on another card are another model", () => {
  assert.ok(isSame(OLD, { ...OLD }));
  assert.ok(!isSame(OLD, { ...OLD, name: "old-416" }));
});

test("a replay for a set plays exactly the set", () => {
  const set = { gate_id: 4, footage: [{ footage_id: 2 }, { footage_id: 7 }], drill_fires: 3, drill_seed: 9 };
  assert.deepEqual(requestOf(set, "new", "x".repeat(200)), { name: "x".repeat(120), footage_ids: [2, 7], drill_fires: 3, drill_seed: 9, model: "new", every: 1, fps: null, gate_id: 4 });
});
