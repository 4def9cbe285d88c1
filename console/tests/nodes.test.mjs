/** Nodes under the trees: their order and tones, what of them is drawn, the numbers of a frame, and looks. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, nodes, looks, heat, form, warm;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [nodes, looks, heat, form, warm] = await Promise.all(["lib/nodes", "lib/heatLooks", "lib/heatPicture", "lib/nodeForm", "lib/warmPlaces"].map((name) => server.ssrLoadModule(`/src/${name}.ts`)));
});
after(() => server.close());

const READING = { battery_v: null, battery_share: null, solar_v: null, signal_dbm: null, board_c: null, shutter_c: null, lon_deg: null, lat_deg: null, tilt_deg: null, kept_frames: null, firmware: "" };
const standing = (troubles, more = {}) => ({ last_received_at: "2026-11-25T06:00:00Z", last_captured_at: null, reading: READING, clock_error_s: null, troubles, frames: 1, waiting: 0, repeated: 0, refused: {}, ...more });
const node = (node_id, troubles = [], more = {}) => ({ node_id, name: node_id.toUpperCase(), lon_deg: 106.65, lat_deg: 29, height_m: 3, height_datum: "ground", version: 1, azimuth_deg: null, horizontal_fov_deg: null, tilt_deg: null, reach_m: 60, encoding: "as_told", intervals_s: [1800, 900, 300, 120, 60], is_drill: false, is_retired: false, standing: standing(troubles), ...more });

test("the gravest trouble gives the tone; a node that never spoke is neither well nor in trouble", () => {
  assert.equal(nodes.worstOf(node("a", ["backlog", "clock", "silent"])), "silent");
  assert.equal(nodes.worstOf(node("a")), null);
  assert.equal(nodes.toneOf(node("a", ["backlog", "moved"])), "trouble");
  assert.equal(nodes.toneOf(node("a", ["backlog"])), "caution");
  assert.equal(nodes.toneOf(node("a")), "good");
  assert.equal(nodes.toneOf(node("a", [], { standing: standing([], { last_received_at: null }) })), "unheard");
  assert.equal(nodes.toneOf(node("a", ["moved"], { is_retired: true })), "retired");
});

test("the list goes from the gravest to the well, numbers in names as numbers, retired ones last", () => {
  const all = [node("n10"), node("n2"), node("off", ["moved"], { is_retired: true }), node("new", [], { standing: standing([], { last_received_at: null }) }), node("weak", ["battery"]), node("gone", ["silent", "battery"])];
  assert.deepEqual(nodes.byGravity(all).map((it) => it.node_id), ["gone", "weak", "new", "n2", "n10", "off"]);
  assert.equal(all[0].node_id, "n10", "the list itself stays as it was");
});

test("filters: any trouble, one of them, text in key or name; retired ones only by themselves", () => {
  const all = [node("ridge-1", ["battery"]), node("valley-2"), node("off", ["battery"], { is_retired: true })];
  const ids = (filter, text = "") => nodes.filtered(all, filter, text).map((it) => it.node_id);
  assert.deepEqual(ids(""), ["ridge-1", "valley-2"]);
  assert.deepEqual(ids("any"), ["ridge-1"]);
  assert.deepEqual(ids("battery"), ["ridge-1"]);
  assert.deepEqual(ids("silent"), []);
  assert.deepEqual(ids("retired"), ["off"]);
  assert.deepEqual(ids("", " VALLEY "), ["valley-2"]);
  assert.deepEqual(nodes.troubleCounts(all), { battery: 1 });
});

test("the map has a point of each node in service, and a sector where its direction is known", () => {
  const posed = node("b", ["dirty"], { azimuth_deg: 0, horizontal_fov_deg: 50, tilt_deg: -5 });
  const drawn = nodes.nodeFeatures([node("a"), posed, node("off", [], { is_retired: true })]).features;
  assert.deepEqual(drawn.map((it) => [it.properties.node_id, it.geometry.type]), [["a", "Point"], ["b", "Polygon"], ["b", "Point"]]);
  assert.equal(drawn[1].properties.tone, "caution");
  const farthest = Math.max(...drawn[1].geometry.coordinates[0].map(([, lat]) => lat));
  assert.ok(Math.abs((farthest - 29) * 111_195 - 60) < 1, "as far as it sees");
});

test("spans of time, and how late a frame came", () => {
  assert.deepEqual([0, 42, 99, 100, 5369, 5400, 90_000, 172_800].map(nodes.spanOf), ["0 s", "42 s", "99 s", "2 min", "89 min", "1.5 h", "25.0 h", "2.0 d"]);
  assert.deepEqual([0, -180, 42].map(nodes.clockError), ["+0 s", "−3 min", "+42 s"]);
  const frame = (received_at) => ({ captured_at: "2026-11-25T06:00:00Z", received_at });
  assert.equal(nodes.lateOf(frame("2026-11-25T06:04:59Z")), null);
  assert.equal(nodes.lateOf(frame("2026-11-25T07:00:00Z")), 3600);
  assert.equal(nodes.lateOf(frame("2026-11-25T05:00:00Z")), null, "before it was taken is a clock, not a delay");
});

const base64 = (steps) => Buffer.from(new Uint16Array(steps).buffer).toString("base64");
const answer = (steps, more = {}) => ({ width_px: 2, height_px: 2, scale: "celsius", low: 10, high: 30, levels_base64: base64(steps), ...more });

test("levels are read where they lie, the hottest is found, and beside the picture is nothing", () => {
  const picture = heat.pictureOf(answer([0, 65_535, 32_768, 256]));
  assert.equal(heat.levelAt(picture, 0, 0), 10);
  assert.equal(heat.levelAt(picture, 1, 0), 30);
  assert.ok(Math.abs(heat.levelAt(picture, 0, 1) - 20) < 0.001);
  assert.ok(Math.abs(heat.levelAt(picture, 1, 1) - (10 + (20 * 256) / 65_535)) < 1e-9, "the low byte comes first");
  assert.equal(heat.levelAt(picture, 2, 0), null);
  assert.equal(heat.levelAt(picture, 0, -1), null);
  assert.deepEqual(heat.hottestOf(picture), { x: 1, y: 0, level: 30 });
});

test("a damaged answer is no picture", () => {
  assert.equal(heat.pictureOf(answer([0, 1, 2])), null);
  assert.equal(heat.pictureOf(answer([0, 1, 2, 3], { levels_base64: "!" })), null);
  assert.equal(heat.pictureOf(answer([], { width_px: 0 })), null);
});

test("levels without temperatures are never told as degrees", () => {
  assert.equal(heat.levelWords({ scale: "celsius", low: 0, high: 400 }, 63.44), "63.4 °C");
  assert.equal(heat.levelWords({ scale: "celsius", low: 0, high: 0 }, 0), "0.0 °C");
  assert.equal(heat.levelWords({ scale: "relative", low: 0, high: 255 }, 127.5), "50 %");
  assert.equal(heat.levelWords({ scale: "relative", low: 7, high: 7 }, 7), "0 %");
});

test("colours rise from black to white, are whole in between, and clip where the ground's contrast is asked for", () => {
  assert.deepEqual(heat.ironOf(0), [0, 0, 0]);
  assert.deepEqual(heat.ironOf(-1), heat.ironOf(0));
  assert.deepEqual(heat.ironOf(2), [255, 255, 244]);
  const light = (it) => it.reduce((sum, one) => sum + one, 0);
  const shares = Array.from({ length: 101 }, (_, index) => light(heat.ironOf(index / 100)));
  assert.ok(shares.every((it, index) => index === 0 || it >= shares[index - 1]), "hotter is never darker");
  const picture = heat.pictureOf(answer([0, 1000, 2000, 65_535]));
  const [from, to] = heat.groundSpan(picture, 0, 0.6);
  assert.ok(from === 0 && to < 0.05);
  const pixels = heat.painted(picture, from, to);
  assert.equal(pixels.length, 16);
  assert.deepEqual([...pixels.slice(12)], [255, 255, 244, 255]);
  assert.deepEqual(heat.groundSpan(heat.pictureOf(answer([5, 5, 5, 5]))), [0, 1], "a frame of one level is not stretched");
});

test("looks: undecided ones first, reasons by weight, a chance that stays below one", () => {
  const look = (look_id, state) => ({ look_id, state });
  assert.deepEqual(looks.undecidedFirst([look(1, "fire"), look(2, "open"), look(3, "faded"), look(4, "looking")]).map((it) => it.look_id), [4, 2, 3, 1]);
  const told = looks.weighed([{ code: "looks", log_odds: 1 }, { code: "habit", log_odds: -2 }, { code: "stays", log_odds: 0 }]);
  assert.deepEqual(told.map((it) => [it.code, it.speaks, it.share]), [["habit", "against", 1], ["looks", "for", 0.5], ["stays", "neither", 0]]);
  assert.deepEqual(looks.weighed([]), []);
  assert.equal(looks.chanceOf(0), 0.5);
  assert.ok(looks.chanceOf(30) <= 1 && looks.chanceOf(-800) === 0);
  assert.equal(looks.towerLack({ is_visible: false, can_turn: true }), "hidden");
  assert.equal(looks.towerLack({ is_visible: null, can_turn: false }), "by_hand");
  assert.equal(looks.towerLack({ is_visible: true, can_turn: true }), null);
});

test("a look is drawn with the ring that holds nine of ten, and with lines of the towers that see it", () => {
  const look = { look_id: 7, state: "open", lon_deg: 106.65, lat_deg: 29, sigma_m: 100, towers: [{ camera_id: "t1", is_visible: true, can_turn: true }, { camera_id: "t2", is_visible: false, can_turn: true }, { camera_id: "gone", is_visible: true, can_turn: true }] };
  const towers = new Map([["t1", [106.6, 29]], ["t2", [106.7, 29]]]);
  const drawn = looks.lookFeatures([look], look, towers).features;
  assert.deepEqual(drawn.map((it) => it.geometry.type), ["Polygon", "Point", "LineString"]);
  assert.ok(Math.abs(looks.radius90_m(look) - 214.6) < 0.1);
  assert.equal(looks.lookFeatures([look], null, towers).features.length, 2);
});

test("the form asks for what is lacking, and a direction only where it was measured", () => {
  const empty = form.nodeFieldsOf(null);
  assert.deepEqual(form.nodeMissing(empty), ["node_id", "name", "lon", "lat"]);
  assert.equal(form.nodeRequest(empty), null);
  const whole = { ...empty, node_id: "n-1", name: " 一号 ", lon_deg: 0, lat_deg: 0, height_m: 0 };
  const request = form.nodeRequest(whole);
  assert.deepEqual([request.name, request.lon_deg, request.height_m, request.azimuth_deg, request.intervals_s], ["一号", 0, 0, null, [1800, 900, 300, 120, 60]], "0 is a value");
  assert.deepEqual(form.nodeMissing({ ...whole, has_pose: true, azimuth_deg: 0 }), ["pose"]);
  assert.equal(form.nodeRequest({ ...whole, has_pose: true, azimuth_deg: 0, horizontal_fov_deg: 40 }).tilt_deg, 0);
  assert.deepEqual(form.nodeMissing({ ...whole, node_id: "N 1" }), ["bad_id"]);
  assert.deepEqual(form.nodeMissing(whole, ["n-1"]), ["taken"]);
  assert.deepEqual(form.nodeMissing({ ...whole, intervals_s: [60, null, 60, 60, 60] }), ["intervals"]);
  const kept = form.nodeFieldsOf(node("b", [], { azimuth_deg: 0, horizontal_fov_deg: 50, tilt_deg: -5 }));
  assert.ok(kept.has_pose);
  const retired = form.nodeRequest(form.nodeFieldsOf(node("c", [], { is_retired: true, height_m: 812, height_datum: "sea_level" })));
  assert.deepEqual([retired.is_retired, retired.height_m, retired.height_datum], [true, 812, "sea_level"], "what the form does not show stays");
  assert.equal(form.nodeRequest(kept).tilt_deg, -5);
});

test("a warm place is drawn between two points, moved and pulled within the picture, and too large a one is told", () => {
  const place = warm.drawnPlace([0.3, 0.5], [0.2, 0.4]);
  assert.deepEqual(place, { x_min: 0.2, y_min: 0.4, x_max: 0.3, y_max: 0.5, note: "" });
  assert.equal(warm.drawnPlace([0.3, 0.5], [0.302, 0.6]), null, "a slip of the hand");
  assert.deepEqual(warm.movedPlace({ ...place, note: "窑" }, -1, 0.1), { x_min: 0, y_min: 0.5, x_max: 0.1, y_max: 0.6, note: "窑" });
  const small = warm.pulledPlace(place, -1, 2);
  assert.ok(small.x_max - small.x_min >= 0.0049 && small.y_max === 1);
  assert.equal(warm.warmTrouble([place]), "");
  assert.equal(warm.warmTrouble([{ ...place, x_max: 1, y_max: 1 }]), "warm_large");
  assert.equal(warm.warmTrouble(Array(9).fill(place)), "warm_many");
  for (let count = 0; count < 8; count += 1) assert.equal(warm.warmTrouble([warm.newPlace(count)]), "");
  const more = { lon_deg: 106, lat_deg: 29, warm_places: [{ ...place, note: " 灶 " }] };
  const fields = form.nodeFieldsOf(node("a", [], more));
  assert.equal(form.nodeRequest(fields).warm_places[0].note, "灶");
  assert.deepEqual(form.nodeMissing({ ...fields, warm_places: [{ ...place, x_max: 1, y_max: 1 }] }), ["warm"]);
});
