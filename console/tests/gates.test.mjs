/** Gates and passages: which comes first, what is one vehicle, and what is no vehicle at all. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server;
let lib;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  lib = await server.ssrLoadModule("/src/lib/gates.ts");
});
after(() => server.close());

const gate = (code, last_at, silent, name = code) => ({ gate: code, name, lon_deg: 106.6, lat_deg: 29, last_at, silent });
const passage = (mark8, way = "in", who = null) => ({
  passage_id: 1,
  at: "2026-11-25T03:00:00Z",
  way,
  kind: mark8 === "" ? "count" : "plate",
  mark8,
  who,
});

test("a gate that never told is not one that fell silent", () => {
  assert.equal(lib.gateState(gate("a", null, true)), "never");
  assert.equal(lib.gateState(gate("a", null, false)), "never");
  assert.equal(lib.gateState(gate("a", "2026-11-25T03:00:00Z", true)), "silent");
  assert.equal(lib.gateState(gate("a", "2026-11-25T03:00:00Z", false)), "tells");
});

test("a gate that fell silent comes first, one that never told last, and the answer stays as it was", () => {
  const at = "2026-11-25T03:00:00Z";
  const told = [gate("d", at, false), gate("b", null, true), gate("c", at, true), gate("a", at, false)];
  const before_sorting = [...told];
  assert.deepEqual(lib.byNeed(told).map((it) => it.gate), ["c", "a", "d", "b"]);
  assert.deepEqual(told, before_sorting);
});

test("gates of one name keep one order, whatever order they came in", () => {
  const at = "2026-11-25T03:00:00Z";
  const two = [gate("g2", at, false, "北门"), gate("g1", at, false, "北门")];
  assert.deepEqual(lib.byNeed(two).map((it) => it.gate), ["g1", "g2"]);
  assert.deepEqual(lib.byNeed([...two].reverse()).map((it) => it.gate), ["g1", "g2"]);
});

test("whoever is limited to townships, only looks, or is not signed in is not asked for a plate", () => {
  assert.equal(lib.mayAsk(null), false);
  assert.equal(lib.mayAsk({ role: "viewer", townships: [] }), false);
  assert.equal(lib.mayAsk({ role: "monitor", townships: ["500110101"] }), false);
  assert.equal(lib.mayAsk({ role: "monitor", townships: [] }), true);
  assert.equal(lib.mayAsk({ role: "admin", townships: [] }), true);
});

test("a vehicle is told by its plate where it is shown, else by its mark", () => {
  assert.equal(lib.vehicle(passage("0a1b2c3d", "in", "渝A12345")), "渝A12345");
  assert.equal(lib.vehicle(passage("0a1b2c3d")), "0a1b2c3d");
  assert.equal(lib.vehicle(passage("")), "");
});

test("a vehicle is counted over all gates; whoever was only counted is no vehicle", () => {
  const times = lib.timesOf([
    { passages: [passage("aaaaaaaa"), passage("bbbbbbbb"), passage(""), passage("")] },
    { passages: [passage("aaaaaaaa", "out", "渝A12345"), passage("aaaaaaaa", "in", "渝A·12345")] },
  ]);
  assert.deepEqual([...times].sort(), [["aaaaaaaa", 3], ["bbbbbbbb", 1]]);
  assert.equal(lib.timesOf([]).size, 0);
});

test("a log of plates is spoken of only where plates stand in the answer", () => {
  assert.equal(lib.holdsPlates([]), false);
  assert.equal(lib.holdsPlates([{ passages: [passage("aaaaaaaa"), passage("")] }]), false);
  assert.equal(lib.holdsPlates([{ passages: [] }, { passages: [passage("aaaaaaaa", "out", "渝A12345")] }]), true);
});

test("each way has its sum, and an unknown way is neither in nor out", () => {
  const all = [passage("a"), passage("b", "out"), passage("c", "unknown"), passage("d")];
  assert.deepEqual(lib.tally(all), { in: 2, out: 1, unknown: 1 });
  assert.deepEqual(lib.tally([]), { in: 0, out: 0, unknown: 0 });
});

test("a short way takes a minute, only no way takes none", () => {
  assert.deepEqual([0, 1, 29, 89, 91, 3600].map(lib.travelMinutes), [0, 1, 1, 1, 2, 60]);
});

test("the last hours end now", () => {
  const now = new Date("2026-11-25T03:00:00Z");
  assert.deepEqual(lib.lastHours(72, now), { from: "2026-11-22T03:00:00.000Z", until: "2026-11-25T03:00:00.000Z" });
});
