/** Shapes and forms of the land: what a hand does on the map, and what is sent of it. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server;
let shape, form;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [shape, form] = await Promise.all(["/src/lib/landShape.ts", "/src/lib/landForm.ts"].map((path) => server.ssrLoadModule(path)));
});
after(() => server.close());

const LINE = { type: "LineString", coordinates: [[1, 2, 10], [3, 4, 30], [5, 6]] };
const AREA = { type: "Polygon", coordinates: [[[0, 0], [4, 0], [4, 4], [0, 0]], [[1, 1], [2, 1], [2, 2], [1.5, 2], [1, 1]]] };
const MANY = { type: "MultiPolygon", coordinates: [AREA.coordinates, [[[9, 9], [10, 9], [10, 10], [9, 9]]]] };

test("a layer's shapes are told as kinds", () => {
  assert.deepEqual(shape.kindsOf(["LineString", "MultiLineString", "MultiPolygon", "Polygon"]), ["line", "area"]);
  assert.deepEqual(shape.kindsOf(["MultiPolygon", "Point", "Polygon"]), ["point", "area"]);
});

test("what is drawn becomes a shape with enough corners", () => {
  assert.equal(shape.shapeOf("point", []), null);
  assert.deepEqual(shape.shapeOf("point", [[1, 2]]), { type: "Point", coordinates: [1, 2] });
  assert.equal(shape.shapeOf("line", [[1, 2]]), null);
  assert.equal(shape.shapeOf("area", [[1, 2], [3, 4]]), null);
  assert.deepEqual(shape.shapeOf("area", [[0, 0], [1, 0], [0, 1]]).coordinates, [[[0, 0], [1, 0], [0, 1], [0, 0]]]);
});

test("corners are told once each, a closing one not again", () => {
  assert.equal(shape.cornersOf(LINE).length, 3);
  assert.equal(shape.cornersOf(AREA).length, 3 + 4);
  assert.equal(shape.cornersOf(MANY).length, 3 + 4 + 3);
  assert.equal(shape.middlesOf(AREA).length, 3 + 4);
  assert.deepEqual(shape.middlesOf(LINE)[0], { path: [1], at: [2, 3] });
});

test("moving a corner leaves every other one as it was", () => {
  const moved = shape.move(LINE, [1], [3.123456789, 4.5]);
  assert.deepEqual(moved.coordinates, [[1, 2, 10], [3.1234568, 4.5, 30], [5, 6]]);
  assert.deepEqual(LINE.coordinates[1], [3, 4, 30]);
  assert.equal(moved.coordinates[0], LINE.coordinates[0]);
  for (const { path } of shape.cornersOf(MANY)) {
    const area = shape.move(MANY, path, [7, 7]);
    const others = shape.cornersOf(area).filter((it) => String(it.path) !== String(path));
    assert.deepEqual(others, shape.cornersOf(MANY).filter((it) => String(it.path) !== String(path)));
    for (const rings of area.coordinates) for (const ring of rings) assert.deepEqual(ring[0], ring.at(-1));
  }
});

test("a corner more has the mean height of its side, also over the seam of a ring", () => {
  assert.deepEqual(shape.insert(LINE, [1], [2, 3]).coordinates[1], [2, 3, 20]);
  assert.deepEqual(shape.insert(LINE, [2], [4, 5]).coordinates[2], [4, 5]);
  const last = shape.middlesOf(AREA)[2];
  const more = shape.insert(AREA, last.path, last.at);
  assert.deepEqual(more.coordinates[0], [[0, 0], [4, 0], [4, 4], [2, 2], [0, 0]]);
});

test("a corner less, but never too few", () => {
  assert.equal(shape.drop(LINE, [0]).coordinates.length, 2);
  assert.equal(shape.drop(shape.drop(LINE, [0]), [0]).coordinates.length, 2);
  assert.deepEqual(shape.drop(AREA, [0, 0]).coordinates[0], AREA.coordinates[0]);
  assert.deepEqual(shape.drop(AREA, [1, 0]).coordinates[1], [[2, 1], [2, 2], [1.5, 2], [2, 1]]);
});

test("a circle has its radius all around", async () => {
  const { distance } = await server.ssrLoadModule("/src/lib/geodesy.ts");
  const [ring] = shape.circle([106.65, 29.03], 900).coordinates;
  for (const at of ring) assert.ok(Math.abs(distance([106.65, 29.03], at) - 900) < 0.5);
});

const attribute = (key, kind, more = {}) => ({ key, kind, least: null, most: null, choices: [], ...more });
const ATTRIBUTES = [
  attribute("depth_m", "number", { least: 0, most: 500 }),
  attribute("vehicles", "whole", { least: 0, most: 9 }),
  attribute("wires", "yes_no"),
  attribute("state", "choice", { choices: ["good"] }),
  attribute("usable_from_month", "whole", { least: 1, most: 12 }),
  attribute("usable_to_month", "whole", { least: 1, most: 12 }),
];

test("zero and no are values; what is beyond its range is told", () => {
  const faults = (facts, old = {}) => Object.fromEntries(form.faultsOf(ATTRIBUTES, facts, old));
  assert.deepEqual(faults({ depth_m: 0, wires: false, vehicles: 0 }), {});
  assert.deepEqual(faults({ depth_m: -1, vehicles: 1.5, state: "x", wires: 1 }), { depth_m: "range", vehicles: "kind", state: "choice", wires: "kind" });
  assert.deepEqual(faults({ depth_m: -1 }, { depth_m: -1 }), {});
  assert.deepEqual(faults({ usable_from_month: 11 }), { usable_to_month: "months" });
  assert.deepEqual(faults({ usable_from_month: 11 }, { usable_from_month: 11 }), {});
  assert.deepEqual(faults({ usable_from_month: 11, usable_to_month: 4 }), {});
});

test("only what is otherwise is sent", () => {
  const before = { layer: "pool", code: "p", name: "池", drill: false, properties: { depth_m: 0, own: 1, state: "good" }, geometry: LINE, tag: "t" };
  const same = { name: " 池 ", drill: false, properties: { ...before.properties, wires: null }, geometry: LINE };
  assert.equal(form.editOf(before, same, "why"), null);
  assert.deepEqual(form.editOf(before, { ...same, properties: { depth_m: 0, own: 1, wires: false, state: null } }, "why"), {
    before: "t",
    properties: { state: null, wires: false },
    note: "why",
  });
  const other = { ...before, name: "x", drill: true, geometry: AREA, properties: { depth_m: 1, own: 1 } };
  assert.deepEqual(form.differences(before, other), ["name", "shape", "drill", "depth_m", "state"]);
});
