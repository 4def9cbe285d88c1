/** Pairs of cameras: points in both pictures, the homography they give, presets, and the votes of an alert. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, homography, points, duals;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [homography, points, duals] = await Promise.all(["lib/homography", "lib/dualPoints", "lib/duals"].map((name) => server.ssrLoadModule(`/src/${name}.ts`)));
});
after(() => server.close());

const MATRIX = [0.62, 0.03, 0.18, -0.02, 0.6, 0.21, 0.04, -0.03, 1];
const THINGS = [[0.1, 0.15], [0.9, 0.1], [0.85, 0.9], [0.12, 0.8], [0.5, 0.45], [0.3, 0.6]];
const pairs = (things, moved = () => [0, 0]) =>
  things.map((from, index) => {
    const [x, y] = homography.mapped(MATRIX, from);
    const [dx, dy] = moved(index);
    return { from, to: [x + dx, y + dy] };
  });
const close = (a, b, within = 1e-6) => assert.ok(a.length === b.length && a.every((it, index) => Math.abs(it - b[index]) < within), `${a} is not ${b}`);
/** Whole numbers from a seed, the same on every machine. */
const random = (seed) => () => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 4294967296);

test("four points give the homography back, in any order, and more give it too", () => {
  for (const some of [THINGS.slice(0, 4), [...THINGS].reverse(), THINGS]) {
    const found = homography.homographyOf(pairs(some));
    for (const it of [[0, 0], [1, 1], [0.4, 0.7]]) close(homography.mapped(found, it), homography.mapped(MATRIX, it));
    close(homography.residuals(found, pairs(some), 16 / 9), some.map(() => 0));
  }
});

test("random homographies of a head come back", () => {
  const next = random(7);
  for (let round = 0; round < 60; round++) {
    const few = () => (next() - 0.5) * 0.12;
    const matrix = [0.3 + next(), few(), few(), few(), 0.3 + next(), few(), few(), few(), 1];
    const things = THINGS.map(([x, y]) => [x + few() / 2, y + few() / 2]);
    const found = homography.homographyOf(things.map((from) => ({ from, to: homography.mapped(matrix, from) })));
    for (const it of [[0, 0], [1, 0], [0.5, 0.5]]) close(homography.mapped(found, it), homography.mapped(matrix, it), 1e-5);
  }
});

test("what gives none: too few, one line, one place, a mirrored picture, two points swapped", () => {
  const none = (some) => assert.equal(homography.homographyOf(some), null);
  none(pairs(THINGS.slice(0, 3)));
  none([0.1, 0.3, 0.5, 0.7, 0.9].map((it) => ({ from: [it, it], to: [it, 0.2 + it / 2] })));
  none([1, 2, 3, 4].map(() => ({ from: [0.5, 0.5], to: [0.4, 0.4] })));
  none(pairs(THINGS).map(({ from, to }) => ({ from, to: [1 - to[0], to[1]] })));
  const swapped = pairs(THINGS.slice(0, 4));
  [swapped[0].to, swapped[1].to] = [swapped[1].to, swapped[0].to];
  none(swapped);
});

test("residuals are shares of the width; four points tell no doubt, more do, and a wrong one is named", () => {
  assert.deepEqual(homography.residuals([1, 0, 0, 0, 1, 0, 0, 0, 1], [{ from: [0.5, 0.5], to: [0.5, 0.6] }], 2).map((it) => it.toFixed(4)), ["0.0500"]);
  assert.equal(homography.residuals([1, 0, 0, 0, 1, 0, 1, 0, -1], [{ from: [0, 0], to: [0, 0] }], 2)[0], Infinity);
  assert.equal(homography.doubtOf([0, 0, 0, 0]), null);
  assert.equal(homography.doubtOf([0.01, 0.01, 0.01, 0.01, 0]).toFixed(4), "0.0141");
  const some = pairs([...THINGS, [0.7, 0.3]], (index) => (index === 4 ? [0.1, 0] : [0, 0]));
  const targets = some.map(({ from, to }, index) => ({ id: index + 1, thermal: from, visible: to }));
  const misfits = homography.residuals(homography.homographyOf(some), some, 16 / 9);
  assert.equal(points.suspectOf(targets, misfits), 5);
  assert.equal(points.suspectOf(targets.slice(0, 4), [0, 0, 0, 0.5]), null, "of four nobody knows which is wrong");
  assert.equal(points.suspectOf(targets, misfits.map(() => 0.002)), null);
});

test("the transformation of an element puts its corners where the matrix does", () => {
  const [width, height] = [800, 450];
  const m = homography.cssMatrix(MATRIX, width, height).match(/-?[\d.]+(?:e-?\d+)?/g).slice(1).map(Number);
  assert.equal(m.length, 16);
  for (const [x, y] of [[0, 0], [1, 0], [1, 1], [0, 1], [0.3, 0.8]]) {
    const at = (row) => m[row] * x * width + m[4 + row] * y * height + m[12 + row];
    const there = homography.mapped(MATRIX, [x, y]);
    close([at(0) / at(3), at(1) / at(3)], [there[0] * width, there[1] * height], 1e-3);
  }
  assert.equal(homography.outlineOf(MATRIX).length, 4);
  assert.equal(homography.outlineOf([1, 0, 0, 0, 1, 0, 2, 0, -1]), null);
});

test("a press fills the first point that lacks it there, else begins a new one", () => {
  let all = points.added([], "thermal", [0.2, 0.2]);
  all = points.added(all, "thermal", [0.6, 0.3]);
  assert.deepEqual(points.nextOf(all, "visible"), { index: 0, is_new: false });
  assert.deepEqual(points.nextOf(all, "thermal"), { index: 2, is_new: true });
  all = points.added(all, "visible", [0.3, 0.3]);
  assert.deepEqual(all.map((it) => [it.id, it.thermal, it.visible]), [[1, [0.2, 0.2], [0.3, 0.3]], [2, [0.6, 0.3], null]]);
  assert.deepEqual(points.targetPairs(all), [{ thermal: [0.2, 0.2], visible: [0.3, 0.3] }]);
  assert.deepEqual(points.placePairs(all), [{ from: [0.2, 0.2], to: [0.3, 0.3] }]);
  assert.equal(points.added(all, "thermal", [0.601, 0.3]).length, 2, "the second half of a double press sets none");
  all = points.removed(all, 1);
  assert.deepEqual(points.added(all, "visible", [2, -1])[0].visible, [1, 0], "never outside the picture");
  assert.equal(points.added(points.removed(all, 2), "thermal", [0.1, 0.1])[0].id, 1);
  assert.deepEqual(points.moved(all, 2, "thermal", [0.7, 0.4])[0].thermal, [0.7, 0.4]);
  const many = Array.from({ length: points.MOST_TARGETS }, (_, index) => ({ id: index, thermal: [index / 40, 0], visible: [0, index / 40] }));
  assert.equal(points.nextOf(many, "thermal"), null);
  assert.equal(points.added(many, "thermal", [0.9, 0.9]).length, points.MOST_TARGETS);
});

const camera = (camera_id, more = {}) => ({ camera_id, name: camera_id.toUpperCase(), linked: true, mode: "visible", presets: [], ...more });
const pair = (visible_id, thermal_id, registrations = []) => ({ visible_id, visible_name: visible_id, thermal_id, thermal_name: thermal_id, rule: "any", registrations });

test("what may be paired: cameras of heat that are free, and the own one; those without pictures last", () => {
  const all = [camera("v1"), camera("v2"), camera("t1", { mode: "thermal" }), camera("t2", { mode: "thermal" }), camera("new", { mode: null }), camera("off", { mode: null, linked: false })];
  const ids = (pairs_, own) => duals.freeThermals(all, pairs_, own).map((it) => it.camera_id);
  assert.deepEqual(ids([], "v1"), ["t1", "t2", "new"]);
  assert.deepEqual(ids([pair("v2", "t1")], "v1"), ["t2", "new"]);
  assert.deepEqual(ids([pair("v1", "t1")], "v1"), ["t1", "t2", "new"]);
  assert.equal(duals.pairOf([pair("v1", "t1")], "t1").visible_id, "v1");
  assert.equal(duals.pairOf([pair("v1", "t1")], "v2"), null);
});

test("every preset has its standing; a registration of one that is gone is shown too, and 0 is a number", () => {
  const registration = (preset, state) => ({ preset, preset_name: `p${preset}`, state });
  const found = duals.dualPresets([{ number: 0, name: "north" }, { number: 2, name: "" }, { number: 3, name: "" }], [{ number: 0 }, { number: 2 }], [registration(0, "good"), registration(7, "drifted")]);
  assert.deepEqual(found.map((it) => [it.number, it.name, it.standing]), [[0, "north", "good"], [2, "", "none"], [3, "", "alone"], [7, "p7", "drifted"]]);
  assert.deepEqual(duals.dualPresets([], [], []).map((it) => [it.number, it.standing]), [[0, "none"]]);
  assert.deepEqual([0.004, 0.02, 0.2].map(duals.doubtGrade), ["fine", "fair", "poor"]);
  assert.deepEqual([0, 0.0062, 0.25, Infinity].map(duals.shareWords), ["0.00 %", "0.62 %", "25 %", "∞"]);
});

test("heat is drawn over pictures of its time only, or over the one next to it", () => {
  const minute = (it) => `2026-11-25T03:${String(it).padStart(2, "0")}:00Z`;
  const box = { label: "flame", score: 0.9, x_min: 1, y_min: 2, x_max: 3, y_max: 4 };
  const vote = (at, more = {}) => ({ camera_id: "t1", says: "fire", captured_at: at, log_odds: 2, peak_c: 300, box, reasons: [], ...more });
  const evidence = [0, 10, 20].map((it, index) => ({ index, captured_at: minute(it) }));
  const shown = (vote_) => evidence.map((frame) => duals.heatMarks({ decision: { votes: [vote_] }, evidence }, frame).length);
  assert.deepEqual(shown(vote(minute(20))), [0, 0, 1]);
  assert.deepEqual(shown(vote(minute(14))), [0, 1, 0]);
  assert.deepEqual(shown(vote(minute(50))), [0, 0, 1], "never nowhere");
  assert.deepEqual(shown(vote(minute(20), { box: null })), [0, 0, 0]);
  assert.deepEqual(shown(vote(null)), [0, 0, 0]);
  assert.equal(duals.voteLag_s(vote(minute(19)), minute(20)), -60);
  assert.equal(duals.voteLag_s(vote(null), minute(20)), null);
  assert.deepEqual(duals.thermalOf("tower-3-heat/12"), "tower-3-heat");
});
