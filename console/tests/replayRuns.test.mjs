/** Runs of replays: which may be done what, how far each is, and what a new one is to play. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, runs;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    appType: "custom",
    logLevel: "error",
    optimizeDeps: { noDiscovery: true },
  });
  runs = await server.ssrLoadModule("/src/lib/replayRuns.ts");
});
after(() => server.close());

const progress = { recordings: 4, finished: 1, frames: 0, frames_planned: null, frames_per_s: null, left_s: null };

test("what can be done with a replay follows from its state", () => {
  const table = ["queued", "running", "done", "refused", "cancelled"].map((state) => [runs.isOpen({ state }), runs.canResume({ state }), runs.canRemove({ state, gate_id: null })].map(Number).join(""));
  assert.deepEqual(table, ["100", "100", "001", "011", "011"]);
  assert.equal(runs.canRemove({ state: "done", gate_id: 1 }), false, "a release rests on it");
  assert.equal(runs.canRemove({ state: "refused", gate_id: 1 }), true);
});

test("the bar goes by frames, by recordings where nobody knows how many frames there are, and never beyond its ends", () => {
  assert.equal(runs.shareOf({ progress }), 0.25);
  assert.equal(runs.shareOf({ progress: { ...progress, frames: 30, frames_planned: 60 } }), 0.5);
  assert.equal(runs.shareOf({ progress: { ...progress, frames: 90, frames_planned: 60 } }), 1);
  assert.equal(runs.shareOf({ progress: { ...progress, frames: 3, frames_planned: 0 } }), 0.25);
  assert.equal(runs.shareOf({ progress: { ...progress, recordings: 0, finished: 0 } }), 0);
});

test("a slow pace is not told as none", () => {
  assert.deepEqual([0.034, 2.5, 12.34, 250.4].map(runs.paceOf), ["0.03", "2.50", "12.3", "250"]);
});

test("two are ticked at most, and the older one stands first", () => {
  assert.deepEqual(runs.ticked([], 3), [3]);
  assert.deepEqual(runs.ticked([3], 1), [3, 1]);
  assert.deepEqual(runs.ticked([3, 1], 7), [1, 7]);
  assert.deepEqual(runs.ticked([3, 1], 3), [1]);
  assert.deepEqual(runs.inOrder(7, 1), [1, 7]);
});

test("recordings are found by scene, light, labels and a part of the name", () => {
  const it = { name: "Ridge.MP4", scene: "ridge", conditions: { light: "night" }, truth_version: 0 };
  assert.equal(runs.meets(it, runs.NO_FILTER), true);
  for (const yes of [{ scene: "ridge" }, { light: "night" }, { labelled: false }, { text: " ridge.mp " }]) assert.equal(runs.meets(it, { ...runs.NO_FILTER, ...yes }), true);
  for (const no of [{ scene: "" }, { light: "day" }, { labelled: true }, { text: "valley" }]) assert.equal(runs.meets(it, { ...runs.NO_FILTER, ...no }), false);
});

const form = { name: " autumn ", chosen: [9, 2], drill_fires: 0, drill_seed: 0, model: "", sampling: "all", every: 5, fps: 0.2 };

test("what is asked for is whole or nothing", () => {
  assert.deepEqual(runs.requestOf(form), { name: "autumn", footage_ids: [2, 9], drill_fires: 0, drill_seed: 0, model: "", every: 1, fps: null, gate_id: null });
  assert.equal(runs.requestOf({ ...form, sampling: "every" }).every, 5);
  assert.equal(runs.requestOf({ ...form, sampling: "fps" }).fps, 0.2);
  assert.equal(runs.requestOf({ ...form, chosen: [], drill_fires: 1 }).drill_fires, 1);
  for (const lack of [{ name: "  " }, { chosen: [] }, { chosen: [], drill_fires: null }, { drill_seed: null }, { sampling: "every", every: null }, { sampling: "fps", fps: null }]) assert.equal(runs.requestOf({ ...form, ...lack }), null);
});
