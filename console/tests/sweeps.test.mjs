/** Drone sweeps: asking anew, what is asked, the section, and what is drawn. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, replanning, form, profile, shapes, refusals, aircraft, areas, drawing, text, geodesy;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [replanning, form, profile, shapes, refusals, aircraft, areas, drawing, text, geodesy] = await Promise.all(
    ["replanning", "sweepForm", "flightProfile", "sweepShapes", "sweepRefusals", "aircraftForm", "areas", "drawing", "sweepText", "geodesy"].map((name) => server.ssrLoadModule(`/src/lib/${name}.ts`)),
  );
});
after(() => server.close());

/** A clock that is turned by hand, and a planner that answers when it is told to. */
function bench() {
  const timers = new Map();
  let last = 0;
  const asked = [];
  const said = { answers: [], problems: [], waits: [] };
  const { wish } = replanning.replanner(
    {
      ask: (question) => new Promise((resolve, reject) => asked.push({ question, resolve, reject })),
      answered: (answer) => said.answers.push(answer),
      refused: (problem) => said.problems.push(problem),
      waiting: (waits) => said.waits.push(waits),
    },
    400,
    { set: (work, ms) => { timers.set((last += 1), { work, ms }); return last; }, clear: (timer) => timers.delete(timer) },
  );
  const quiet = () => { const due = [...timers.values()]; timers.clear(); for (const { work } of due) work(); };
  const settle = async () => { for (let turn = 0; turn < 5; turn += 1) await Promise.resolve(); };
  return { wish, quiet, settle, asked, said, timers };
}

test("many changes in a row are one question, the last of them, after a moment of quiet", () => {
  const { wish, quiet, asked, timers, said } = bench();
  for (const height of [90, 91, 92]) wish(height);
  assert.equal(asked.length, 0);
  assert.deepEqual([...timers.values()].map((it) => it.ms), [400]);
  quiet();
  assert.deepEqual(asked.map((it) => it.question), [92]);
  assert.equal(said.waits.at(-1), true);
});

test("an older answer never takes the place of a newer one, and two are never asked at a time", async () => {
  const { wish, quiet, settle, asked, said } = bench();
  wish("old");
  quiet();
  wish("new");
  quiet();
  assert.deepEqual(asked.map((it) => it.question), ["old"], "the server is at work on one");
  asked[0].resolve("plan of old");
  await settle();
  assert.deepEqual(said.answers, []);
  assert.deepEqual(asked.map((it) => it.question), ["old", "new"]);
  asked[1].resolve("plan of new");
  await settle();
  assert.deepEqual(said.answers, ["plan of new"]);
  assert.equal(said.waits.at(-1), false);
});

test("an old refusal is as old as an old answer, and the newest is told", async () => {
  const { wish, quiet, settle, asked, said } = bench();
  wish("low");
  quiet();
  wish("lower");
  asked[0].reject("too low");
  await settle();
  assert.deepEqual(said.problems, []);
  quiet();
  asked[1].reject("much too low");
  await settle();
  assert.deepEqual(said.problems, ["much too low"]);
  assert.equal(said.waits.at(-1), false);
});

test("a wish that is taken back asks nothing more, and asking again waits for nothing", async () => {
  const { wish, quiet, settle, asked, said } = bench();
  wish("a");
  wish(null);
  quiet();
  assert.equal(asked.length, 0);
  assert.equal(said.waits.at(-1), false);
  wish("a", true);
  assert.deepEqual(asked.map((it) => it.question), ["a"]);
  wish(null);
  asked[0].resolve("late");
  await settle();
  assert.deepEqual(said.answers, []);
});

const craft = (name, more = {}) => ({ ...aircraft.blankAircraft(), name, model: name, ...more });
const AT_HOME = { home_lon_deg: 0, home_lat_deg: 0, home_name: "" };
const AREA = { type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] };

test("what is lacking is named one after another, and a home at 0° east is a home", () => {
  const fleet = [craft("A"), craft("B", AT_HOME)];
  const wish = { ...form.FRESH };
  assert.equal(form.missingOf(wish, fleet), "target");
  wish.target = { geometry: { type: "LineString", coordinates: [[0, 0], [1, 0]] }, width_m: null };
  assert.equal(form.missingOf(wish, fleet), "target", "a line needs a width");
  wish.target = { layer: "forest_belt", code: "B/1" };
  assert.equal(form.missingOf(wish, fleet), "aircraft");
  assert.equal(form.missingOf({ ...wish, aircraft: ["gone"] }, fleet), "aircraft");
  assert.equal(form.missingOf({ ...wish, aircraft: ["A"] }, fleet), "home");
  assert.equal(form.missingOf({ ...wish, aircraft: ["B"] }, fleet), null);
  assert.equal(form.missingOf({ ...wish, aircraft: ["A"], home: { lon_deg: 0, lat_deg: 0, name: "" } }, fleet), null);
  const whole = { ...wish, aircraft: ["B"] };
  for (const [part, field] of [
    [{ height_m: null }, "height"], [{ gimbal_pitch_deg: null }, "gimbal"], [{ tolerance_m: null }, "more"],
    [{ own_angle: true, angle_deg: null }, "angle"], [{ own_wind: true, wind_speed_ms: null }, "wind"],
    [{ by_plume: true, plume_m: null }, "plume"], [{ fence: "approved" }, "fence"], [{ fence: "drawn" }, "fence"],
  ]) {
    assert.equal(form.missingOf({ ...whole, ...part }, fleet), field);
    assert.equal(form.requestOf({ ...whole, ...part }, fleet, "unnamed"), null);
  }
});

test("a request has what was wished, null for what is left to the server, and zero is a value", () => {
  const fleet = [craft("B", AT_HOME)];
  const wish = { ...form.FRESH, target: { layer: "forest_belt", code: "B/1" }, target_name: "北带", aircraft: ["B"] };
  const plain = form.requestOf(wish, fleet, "unnamed");
  assert.deepEqual(plain, {
    name: "北带", target: { layer: "forest_belt", code: "B/1" }, aircraft: ["B"], camera: "", home: null, height_m: 100,
    gimbal_pitch_deg: -90, side_overlap: null, tolerance_m: 5, angle_deg: null, wind: null, plume_m: null, recall: 0.8,
    fence: null, ceiling_m: null, canopy_m: null, ground: null, least_clearance_m: null,
  });
  const own = form.requestOf({ ...wish, name: " 东 ", gimbal_pitch_deg: 0, overlap_percent: 0, own_angle: true, angle_deg: 0, own_wind: true, wind_from_deg: 360, wind_speed_ms: 0, by_plume: true, canopy_m: 0, fence: "drawn", fence_shape: AREA }, fleet, "unnamed");
  assert.equal(own.name, "东");
  assert.equal(form.requestOf({ ...wish, target_name: "" }, fleet, "unnamed").name, "unnamed");
  assert.equal([...form.requestOf({ ...wish, name: "林".repeat(99) }, fleet, "unnamed").name].length, 80);
  assert.deepEqual([own.gimbal_pitch_deg, own.side_overlap, own.angle_deg, own.canopy_m], [0, 0, 0, 0]);
  assert.deepEqual(own.wind, { from_deg: 0, speed_ms: 0 });
  assert.deepEqual([own.plume_m, own.fence], [10, { geometry: AREA }]);
});

test("a kept request becomes the wish that it was made of", () => {
  const fleet = [craft("B", AT_HOME), craft("C")];
  const wishes = [
    { ...form.FRESH, name: "n", target: { geometry: AREA, width_m: null }, aircraft: ["B", "C"], overlap_percent: 7, own_angle: true, angle_deg: 33, own_wind: true, wind_from_deg: 10, wind_speed_ms: 3, by_plume: true, plume_m: 4, recall_percent: 95, fence: "approved", fence_code: "K1", ceiling_m: 150, canopy_m: 0, ground: "surface", least_clearance_m: 10 },
    { ...form.FRESH, name: "m", target: { layer: "forest_stand", code: "1" }, target_name: "t", aircraft: ["C"], home: { lon_deg: 1, lat_deg: 2, name: "h" }, camera: "ir", fence: "drawn", fence_shape: AREA },
  ];
  for (const wish of wishes) {
    const request = form.requestOf(wish, fleet, "unnamed");
    assert.deepEqual(form.wishOf(request, wish.target_name), wish);
    assert.deepEqual(form.requestOf(form.wishOf(request, wish.target_name), fleet, "unnamed"), request);
  }
});

test("only a camera that all of them have can be named", () => {
  const camera = (name) => ({ ...aircraft.blankCamera([]), name });
  const [a, b] = [craft("A", { cameras: [camera("wide"), camera("ir")] }), craft("B", { cameras: [camera("ir")] })];
  assert.deepEqual(form.commonCameras([a]), ["wide", "ir"]);
  assert.deepEqual(form.commonCameras([a, b]), ["ir"]);
  assert.deepEqual(form.commonCameras([]), []);
});

const FRAME = { width: 300, height: 100, left: 40, right: 10, top: 5, bottom: 15 };
const numbers = (path) => [...path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

test("the section holds ground, flight and ceiling within its frame, and a place of it is a distance", () => {
  const flight = { distance_m: [0, 500, 1000], ground_m: [100, 140, 90], flight_m: [200, 240, 190], canopy_m: 20, ceiling_m: 120 };
  const scale = profile.scaleOf(flight, FRAME);
  const ceiling = flight.ground_m.map((it) => it + 120);
  for (const heights of [flight.ground_m, flight.flight_m, ceiling])
    for (const [x, y] of numbers(profile.linePath(flight.distance_m, heights, scale))) {
      assert.ok(x >= 40 && x <= 290, `${x}`);
      assert.ok(y >= 5 && y <= 85, `${y}`);
    }
  assert.ok(scale.y(240) < scale.y(140), "higher is further up");
  for (const distance_m of [0, 250, 1000]) assert.ok(Math.abs(scale.at(scale.x(distance_m)) - distance_m) < 1e-9);
  assert.deepEqual([scale.at(-50), scale.at(900)], [0, 1000]);
});

test("a void in the terrain is a gap in the section, and never the sea", () => {
  const flight = { distance_m: [0, 1, 2, 3, 4], ground_m: [300, 310, null, 305, 300], flight_m: [400, 400, 400, 400, 400] };
  const scale = profile.scaleOf(flight, FRAME);
  assert.ok(scale.low_m > 280);
  const line = profile.linePath(flight.distance_m, flight.ground_m, scale);
  assert.equal(line.match(/M/g).length, 2);
  assert.equal(numbers(line).length, 4);
  const band = profile.bandPath(flight.distance_m, flight.ground_m, flight.flight_m, scale);
  assert.equal(band.match(/Z/g).length, 2);
  const nothing = profile.scaleOf({ distance_m: [], ground_m: [], flight_m: [] }, FRAME);
  assert.ok(Number.isFinite(nothing.x(0)) && Number.isFinite(nothing.y(0)));
});

test("the nearest sample is found as a search through all of them finds it", () => {
  const distances = [0, 3, 4, 9, 20, 21, 50];
  for (let wanted = -5; wanted < 60; wanted += 0.7) {
    const least = Math.min(...distances.map((it) => Math.abs(it - wanted)));
    assert.equal(Math.abs(distances[profile.nearestSample(distances, wanted)] - wanted), least);
  }
  assert.equal(profile.nearestSample([], 1), -1);
});

test("a place along a way lies as far from its start as its share says", () => {
  const way = [[10, 30], [10.01, 30], [10.01, 30.02]];
  const whole = geodesy.distance(way[0], way[1]) + geodesy.distance(way[1], way[2]);
  assert.deepEqual(profile.placeAlong(way, 0), way[0]);
  assert.deepEqual(profile.placeAlong(way, 1), way[2]);
  assert.deepEqual(profile.placeAlong(way, 7), way[2]);
  const at = profile.placeAlong(way, 0.2);
  assert.ok(Math.abs(geodesy.distance(way[0], at) - whole * 0.2) < 0.01);
  const later = profile.placeAlong(way, 0.8);
  assert.ok(Math.abs(geodesy.distance(later, way[2]) - whole * 0.2) < 0.01);
  assert.equal(profile.placeAlong([], 0.5), null);
});

test("ticks are round numbers within the axis", () => {
  assert.deepEqual(profile.ticks(380, 620, 3), [400, 500, 600]);
  assert.deepEqual(profile.ticks(0, 0.35, 4), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(profile.ticks(5, 5, 3), []);
});

const point = (lon_deg, role, line) => ({ lon_deg, lat_deg: 30, role, line });
const flight = (number, name) => ({ number, aircraft: name, points: [point(0, "home", null), point(1, "line_start", 0), point(2, "line", 0), point(3, "line_end", 0), point(4, "line_start", 1), point(5, "line_end", 1), point(6, "home", null)] });

test("pictures are taken on lines alone: between them and from home is transit", () => {
  const pieces = shapes.piecesOf(flight(1, "A").points);
  assert.deepEqual(pieces.map((it) => [it.role, it.way.map(([lon]) => lon)]), [
    ["transit", [0, 1]], ["line", [1, 2, 3]], ["transit", [3, 4]], ["line", [4, 5]], ["transit", [5, 6]],
  ]);
});

test("two aircraft never share a colour, and a battery differs from the one before it", () => {
  const colours = shapes.flightColours(["A", "B", "A", "B"].map((name) => ({ aircraft: name })));
  assert.equal(new Set(colours).size, 4);
  assert.deepEqual(shapes.flightColours(["A", "A", "A"].map((name) => ({ aircraft: name })))[2], shapes.flightColours([{ aircraft: "A" }])[0]);
});

test("a plan is drawn with its losses, its zones and the flight that is looked at", () => {
  const plan = {
    target: AREA, strip: AREA, unseen: AREA, fence: AREA, sorties: [flight(1, "A"), flight(2, "A")],
    no_fly: [{ name: "x", is_hard: true, geometry: AREA }, { name: "y", is_hard: false, geometry: AREA }],
    dropped: [{ line: 2, lonlat: [[0, 0], [1, 1]] }, { line: 3, lonlat: [] }],
    findings: [{ lon_deg: 0, lat_deg: 0, gravity: "warning" }, { lon_deg: null, lat_deg: null, gravity: "note" }],
  };
  const drawn = shapes.planFeatures(plan, 2);
  const count = (role) => drawn.filter((it) => it.properties.role === role).length;
  assert.deepEqual(["target", "strip", "unseen", "fence", "no_fly", "keep_away", "line", "transit", "turn", "dropped", "finding"].map(count), [1, 1, 1, 1, 1, 1, 4, 6, 8, 1, 1]);
  assert.ok(drawn.filter((it) => it.properties.sortie === 1).every((it) => it.properties.faint));
  assert.ok(drawn.filter((it) => it.properties.sortie === 2).every((it) => !it.properties.faint));
  assert.deepEqual(shapes.flightMarks(plan.sorties).map((it) => [it.number, it.at[0]]), [[1, 1], [2, 1]]);
});

test("a refusal stands beside the field that mends it, with the numbers of its sentence", () => {
  const of = (code, detail = "", remedy = "") => ({ code, detail, remedy });
  assert.equal(refusals.fieldOf(of("sweep_height")), "height");
  assert.equal(refusals.fieldOf(of("sweep_home_no_fly")), "home");
  assert.equal(refusals.fieldOf(of("sweep_all_no_fly")), "target");
  assert.equal(refusals.fieldOf(of("aircraft_without_limit")), "aircraft");
  assert.equal(refusals.fieldOf(of("sweep_range", "wind.speed_ms is 99.")), "wind");
  assert.equal(refusals.fieldOf(of("sweep_range", "canopy_m is -1.")), "more");
  assert.equal(refusals.fieldOf(of("unreachable")), null);
  assert.deepEqual(refusals.rangeOf(of("sweep_height", "40 m cannot be flown here.", "Choose 55 to 119 m.")), { least: "55", most: "119" });
  assert.deepEqual(refusals.rangeOf(of("sweep_gimbal", "The gimbal reaches from -90 to 35 degrees, not 60.", "Choose an angle between.")), { least: "-90", most: "35" });
  assert.equal(refusals.rangeOf(of("sweep_wind", "Wind of 14 m/s is more than 12 m/s.", "Wait.")), null);
  assert.deepEqual(refusals.namesIn("The X has no climb_ms, battery.", ["climb_ms", "descent_ms", "battery"]), ["climb_ms", "battery"]);
});

test("coverage never reads better than it is", () => {
  assert.equal(text.covered(1), "100 %");
  assert.equal(text.covered(0.99999), "99.9 %");
  assert.equal(text.covered(0.9949), "99.4 %");
  assert.equal(text.covered(0), "0.0 %");
});

test("a limit of zero is known, an empty one is not, and papers are asked for one by one", () => {
  const blank = aircraft.blankAircraft();
  assert.deepEqual(aircraft.limitsMissing(blank), ["most_airspeed_ms", "most_wind_ms", "climb_ms", "descent_ms", "ceiling_m", "battery"]);
  assert.deepEqual(aircraft.limitsMissing({ ...blank, most_wind_ms: 0, battery: [{ airspeed_ms: 0, endurance_s: 1 }] }), ["most_airspeed_ms", "climb_ms", "descent_ms", "ceiling_m"]);
  assert.deepEqual(aircraft.papersMissing(blank.registration).at(-1), "is_activated");
  assert.deepEqual(aircraft.papersMissing({ number: "1", product_id: "2", operator_certificate: "3", insurance: "4", pilot: "5", is_activated: true }), []);
  assert.equal(aircraft.ready(blank), false);
  assert.equal(aircraft.ready({ ...blank, name: "a", model: "b" }), true);
  assert.equal(aircraft.ready({ ...blank, name: "a", model: "b", home_lon_deg: 0 }), false, "half a place is none");
  assert.equal(aircraft.ready({ ...blank, name: "a", model: "b", cameras: [aircraft.blankCamera([]), aircraft.blankCamera([])] }), false);
});

test("one of the catalogue gets a free name, no home and no papers; the model itself stays", () => {
  const model = craft("M4T", { home_name: "there", home_lon_deg: 1, home_lat_deg: 2, registration: { ...aircraft.blankAircraft().registration, number: "N" } });
  const own = aircraft.fromCatalogue(model, ["M4T-01", "M4T-02"]);
  assert.deepEqual([own.name, own.home_lon_deg, own.home_name, own.registration.number], ["M4T-03", null, "", ""]);
  own.cameras[0].name = "other";
  assert.deepEqual([model.cameras[0].name, model.registration.number], ["wide", "N"]);
  const battery = [{ airspeed_ms: 9, endurance_s: 1 }, { airspeed_ms: 0, endurance_s: 2 }];
  assert.deepEqual(aircraft.toKeep({ ...model, name: " x ", battery }).battery.map((it) => it.airspeed_ms), [0, 9]);
});

test("inside an area is not inside its hole, nor on a line", () => {
  const holed = { type: "Polygon", coordinates: [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]] };
  assert.equal(areas.isWithin([3, 3], holed), true);
  assert.equal(areas.isWithin([1.5, 1.5], holed), false);
  assert.equal(areas.isWithin([5, 3], holed), false);
  assert.equal(areas.isWithin([3, 3], { type: "MultiPolygon", coordinates: [[[[8, 8], [9, 8], [9, 9], [8, 8]]], holed.coordinates] }), true);
  assert.equal(areas.isWithin([1, 0], { type: "LineString", coordinates: [[0, 0], [2, 0]] }), false);
});

test("an outline is drawn corner by corner, and pulled about only once it is done", () => {
  let draft = drawing.begun("area");
  for (const at of [[0, 0], [1, 0]]) draft = drawing.withCorner(draft, at);
  assert.equal(drawing.finished(draft).done, false, "two corners are no area");
  draft = drawing.withCorner(draft, [1, 1]);
  assert.deepEqual(drawing.pulled(draft, [0, 1], [2, 0]), draft);
  draft = drawing.finished(draft);
  assert.deepEqual(drawing.withCorner(draft, [5, 5]), draft);
  const pulled = drawing.pulled(draft, [0, 1], [2, 0]);
  assert.deepEqual(pulled.geometry.coordinates[0], [[0, 0], [2, 0], [1, 1], [0, 0]]);
  assert.deepEqual(draft.geometry.coordinates[0][1], [1, 0], "what was before stays for the way back");
  assert.equal(drawing.cornersNow(pulled).length, 3);
  assert.equal(drawing.middlesNow(pulled).length, 3);
  assert.equal(drawing.cornersNow(null).length, 0);
});
