/** Pages of handovers: their sections, gaps of one township together, who may sign, what is too old. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createServer } from "vite";

const MODEL = readFileSync(new URL("../../models/handover.py", import.meta.url), "utf8");

let server;
let handover;
let api;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  handover = await server.ssrLoadModule("/src/lib/handover.ts");
  api = await server.ssrLoadModule("/src/api/handover.ts");
});
after(() => server.close());

const item = (section, subject, more = {}) => ({
  section, subject, since: null, until_at: null, state: "", text: subject, value: null, is_drill: false, incident_id: null, ...more,
});

test("sections are the server's, in its order", () => {
  const body = MODEL.slice(MODEL.indexOf("class HandoverSection"), MODEL.indexOf("@dataclass"));
  const told = [...body.matchAll(/^ {4}[A-Z]+ = "([a-z]+)"/gm)].map((it) => it[1]);
  assert.deepEqual([...api.HANDOVER_SECTIONS], told);
});

test("a section without anything is told as such, but for drones, which cannot be out yet", () => {
  const parts = handover.partsOf([item("weather", "danger"), item("fires", "7"), item("fires", "3")]);
  assert.deepEqual(parts.map((it) => it.section), ["fires", "orders", "cameras", "burns", "notices", "duty", "weather"]);
  assert.deepEqual(parts[0].items.map((it) => it.subject), ["7", "3"]);
  assert.deepEqual(parts[1].items, []);
  const flying = handover.partsOf([item("drones", "m-1")]);
  assert.ok(flying.some((it) => it.section === "drones"), "a page of later, that tells of one, shows it");
});

test("posts of one township and the same hours stand on one line, others do not", () => {
  const hours = { since: "2026-04-05T00:00:00Z", until_at: "2026-04-05T12:00:00Z" };
  const gaps = handover.gapsOf([
    item("duty", "t1", { ...hours, state: "team" }),
    item("duty", "t1", { ...hours, state: "station" }),
    item("duty", "t2", { ...hours, state: "team" }),
    item("duty", "t1", { ...hours, until_at: "2026-04-05T06:00:00Z", state: "committee" }),
  ]);
  assert.deepEqual(gaps.map((it) => [it.subject, it.posts, it.until_at]), [
    ["t1", ["team", "station"], hours.until_at],
    ["t2", ["team"], hours.until_at],
    ["t1", ["committee"], "2026-04-05T06:00:00Z"],
  ]);
  assert.deepEqual(handover.gapsOf([]), []);
});

test("who gave does not take, and what is taken is taken", () => {
  const page = { given_by: "li", taken_at: null };
  assert.equal(handover.waits(page), true);
  assert.deepEqual(["li", "wang"].map((name) => handover.mayTake(page, name)), [false, true]);
  const taken = { ...page, taken_at: "2026-04-05T00:00:00Z" };
  assert.deepEqual([handover.waits(taken), handover.mayTake(taken, "wang")], [false, false]);
});

test("ten minutes are not too long, a moment more is", () => {
  const until_at = "2026-04-05T00:00:00.000Z";
  const after_ms = (ms) => handover.isOld(until_at, new Date(Date.parse(until_at) + ms));
  assert.deepEqual([-1, 0, 600_000, 600_001].map(after_ms), [false, false, false, true]);
});

test("an order is looked at with its fire, anything else by itself", () => {
  assert.equal(handover.lookedAt(item("orders", "3", { incident_id: 7 })), "7");
  assert.equal(handover.lookedAt(item("cameras", "t1-red")), "t1-red");
});

test("weather and burns have no room of their own", () => {
  assert.deepEqual(api.HANDOVER_SECTIONS.map(handover.targetOf), ["fire", "fire", "camera", undefined, undefined, "notices", "duty", undefined]);
});
