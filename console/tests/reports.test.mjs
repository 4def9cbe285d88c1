/** Figures in words by the same rules as the server's files, bars, periods, and names of files. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createServer } from "vite";

const EXAMPLES = JSON.parse(readFileSync(new URL("../../tests/fixtures/report_numbers.json", import.meta.url), "utf8"));

let server;
let reports;
let calls;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  reports = await server.ssrLoadModule("/src/lib/reports.ts");
  calls = await server.ssrLoadModule("/src/api/reports.ts");
});
after(() => server.close());

const figure = (more) => ({ key: "k", value: 1, unit: "minutes", low: null, high: null, counted: null, of: null, limit: null, rows_count: 0, ...more });

test("numbers read as they do in the files", () => {
  for (const [value, unit, word, wanted] of EXAMPLES.shown) assert.equal(reports.shown(value, unit, word), wanted, `${value} ${unit}`);
  for (const [low, high, unit, word, wanted] of EXAMPLES.ends) assert.equal(reports.ends(low, high, unit, word), wanted);
});

test("a long time is told in a longer unit, hours that are added up stay hours", () => {
  for (const [value, unit, size, named] of EXAMPLES.scaled) assert.deepEqual(reports.scaled(value, unit), [size, named], `${value} ${unit}`);
});

test("a basis is a fraction, of a median how many it is of, and nothing where there is none", () => {
  assert.equal(reports.basisOf(figure({ counted: 3, of: 1240 })), "3 / 1,240");
  assert.equal(reports.basisOf(figure({ counted: 0, of: 0 })), "0 / 0");
  assert.equal(reports.basisOf(figure({ counted: 3 })), "3 / —");
  assert.equal(reports.basisOf(figure({ of: 7 })), "n = 7");
  assert.equal(reports.basisOf(figure({})), "—");
});

test("what lies on its limit keeps it, an interval beyond it makes that unsure, and unknown is neither", () => {
  const kept = (value, low, high, limit = 30) => reports.keptOf(figure({ value, low, high, limit }));
  assert.equal(kept(30, null, null), "yes");
  assert.equal(kept(30.01, null, null), "no");
  assert.equal(kept(0, 0, 30), "yes");
  assert.equal(kept(20, 10, 31), "yes_unsure");
  assert.equal(kept(40, 30, 50), "no_unsure");
  assert.equal(kept(40, 31, 50), "no");
  assert.equal(kept(null, null, null), "unknown");
  assert.equal(kept(3, null, null, null), "unknown");
});

test("a bar begins at zero, a share ends at one, and there is none without an interval", () => {
  assert.deepEqual(reports.barOf(figure({ unit: "share", value: 0.5, low: 0.25, high: 0.75 })), { low: 25, high: 75, value: 50, limit: null });
  const rate = reports.barOf(figure({ unit: "per_camera_day", value: 2, low: 1, high: 4, limit: 10 }));
  assert.deepEqual([rate.limit > rate.high, rate.low < rate.value], [true, true]);
  assert.equal(reports.barOf(figure({})), null);
  assert.equal(reports.barOf(figure({ value: null, low: 0, high: 1 })), null);
  assert.equal(reports.barOf(figure({ value: 0, low: 0, high: 0 })), null);
});

test("periods go on over the turn of a year, and what is none stays", () => {
  assert.equal(reports.periodAfter("monthly", "2026-12", 1), "2027-01");
  assert.equal(reports.periodAfter("monthly", "2026-01", -1), "2025-12");
  assert.equal(reports.periodAfter("yearly", "2026", -1), "2025");
  for (const none of ["2026-13", "2026", "", "x"]) assert.equal(reports.periodAfter("monthly", none, 1), none);
  assert.equal(reports.periodOf("monthly", "2026-01-15"), "2025-12");
  assert.equal(reports.periodOf("yearly", "2026-01-15"), "2026");
});

test("a file is saved under the name that the server gives it", () => {
  assert.equal(calls.nameIn(`attachment; filename="a.pdf"; filename*=UTF-8''${encodeURIComponent("綦江 11月.pdf")}`, "x"), "綦江 11月.pdf");
  assert.equal(calls.nameIn(null, "x.pdf"), "x.pdf");
  assert.equal(calls.nameIn("attachment; filename*=UTF-8''%E0%A4%A", "x.pdf"), "x.pdf");
});
