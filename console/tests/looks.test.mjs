/** Footage of drones and looks at fires: order, gaps, what is drawn, who goes first, and who cannot. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, imagery, looks, geodesy, calls;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [imagery, looks, geodesy, calls] = await Promise.all(["lib/imagery", "lib/looks", "lib/geodesy", "api/imagery"].map((name) => server.ssrLoadModule(`/src/${name}.ts`)));
});
after(() => server.close());

const AT = [106.65, 29.0];
const square = (half) => ({ type: "Polygon", coordinates: [[[AT[0] - half, AT[1] - half], [AT[0] + half, AT[1] - half], [AT[0] + half, AT[1] + half], [AT[0] - half, AT[1] + half], [AT[0] - half, AT[1] - half]]] });
const hit = (hit_id, more = {}) => ({ hit_id, time_s: 0, category: "smoke", score: 0.5, bbox: [0, 0, 10, 10], placed: true, lon_deg: AT[0], lat_deg: AT[1], radius_m: 60, region: null, observation_id: null, incident_id: null, gaps: [], ...more });
const file = (hits, more = {}) => ({ imagery_id: 1, name: "a.jpg", kind: "still", run_id: null, state: "scored", message: "", remedy: "", taken_at: null, frames: 1, gaps: [], attitude: "xmp", footprint: null, hits, ...more });

test("subtitles go right before their video, whatever the case of their names, and nothing is lost", () => {
  const names = ["DJI_0002.MP4", "DJI_0001.jpg", "dji_0002.srt", "DJI_0010.MOV", "DJI_0010.SRT", "noending"];
  const told = names.map((name) => ({ name }));
  const sorted = imagery.uploadOrder(told).map((it) => it.name);
  assert.deepEqual(sorted, ["DJI_0001.jpg", "dji_0002.srt", "DJI_0002.MP4", "DJI_0010.SRT", "DJI_0010.MOV", "noending"]);
  assert.deepEqual(told.map((it) => it.name), names, "the choice itself stays as it was");
  assert.deepEqual(imagery.uploadOrder([{ name: "a.jpg" }, { name: "a.jpg" }]).length, 2);
});

test("a find without a place tells its own gaps, without any those of its file; one with a place why it is no witness", () => {
  const footage = { gaps: ["attitude", "lens", "attitude"] };
  assert.deepEqual(imagery.gapsOf(footage), ["attitude", "lens"]);
  assert.deepEqual(imagery.gapsOf(footage, { placed: false, gaps: ["sky"] }), ["sky"]);
  assert.deepEqual(imagery.gapsOf(footage, { placed: false, gaps: [] }), ["attitude", "lens"]);
  assert.deepEqual(imagery.gapsOf(footage, { placed: true, gaps: [] }), []);
  assert.deepEqual(imagery.gapsOf(footage, { placed: true, gaps: ["weak"] }), ["weak"]);
});

test("the likeliest find is first; of two alike the earlier", () => {
  const hits = [hit(1, { score: 0.4 }), hit(2, { score: 0.9, time_s: 8 }), hit(3, { score: 0.9, time_s: 2 })];
  assert.deepEqual(imagery.likeliest(hits).map((it) => it.hit_id), [3, 2, 1]);
  assert.deepEqual(hits.map((it) => it.hit_id), [1, 2, 3]);
});

test("the moment of a video is told by its clock, zero too; a still has none", () => {
  const video = { kind: "video" };
  assert.equal(imagery.momentIn(video, { time_s: 0 }), "0:00.0");
  assert.equal(imagery.momentIn(video, { time_s: 7.04 }), "0:07.0");
  assert.equal(imagery.momentIn(video, { time_s: 59.96 }), "1:00.0", "never 0:60.0");
  assert.equal(imagery.momentIn(video, { time_s: 671.5 }), "11:11.5");
  assert.equal(imagery.momentIn({ kind: "still" }, { time_s: 0 }), "");
});

test("a find in a live picture is told by the clock; without a beginning it has no moment", () => {
  const live = { kind: "live", taken_at: "2026-04-05T03:59:50Z" };
  assert.equal(imagery.takenLive(live, { time_s: 12.5 }), "2026-04-05T04:00:02.500Z");
  assert.equal(imagery.takenLive(live, { time_s: 0 }), "2026-04-05T03:59:50.000Z");
  assert.equal(imagery.takenLive({ ...live, taken_at: null }, { time_s: 0 }), null);
  assert.equal(imagery.takenLive({ ...live, kind: "video" }, { time_s: 0 }), null);
  assert.deepEqual(["still", "video", "live", "subtitles", "radar"].map(imagery.kindGlyph), ["picture", "play", "live", "note", "picture"]);
});

test("a find is drawn with its region, or with a circle of its radius that is as large as it says", () => {
  const drawn = imagery.imageryFeatures(file([hit(1), hit(2, { region: square(0.002) })], { footprint: square(0.01) }), 2);
  assert.deepEqual(drawn.map((it) => [it.properties.role, it.properties.hit_id, it.properties.chosen]), [["footprint", null, false], ["region", 1, false], ["hit", 1, false], ["region", 2, true], ["hit", 2, true]]);
  const ring = drawn[1].geometry.coordinates[0];
  assert.deepEqual(ring[0], ring.at(-1), "closed");
  for (const corner of ring) assert.ok(Math.abs(geodesy.distance(AT, corner) - 60) < 0.5);
  assert.deepEqual(drawn[3].geometry, square(0.002));
});

test("a find that is not placed is nowhere on the map, even where numbers came along", () => {
  const lost = file([hit(1, { placed: false, gaps: ["attitude"] }), hit(2, { lat_deg: null })]);
  assert.deepEqual(imagery.imageryFeatures(lost, 1), []);
  assert.deepEqual(imagery.extentOf(lost, 1), []);
  assert.equal(imagery.placedOf(lost.hits[0]), null);
});

test("a find on the equator at Greenwich has a place: zero is a value", () => {
  const zero = hit(1, { lon_deg: 0, lat_deg: 0, radius_m: 0 });
  assert.deepEqual(imagery.placedOf(zero), [0, 0]);
  assert.deepEqual(imagery.imageryFeatures(file([zero]), null).map((it) => it.properties.role), ["hit"]);
});

test("what is looked at fills the map: one find by its region, otherwise everything", () => {
  const footage = file([hit(1), hit(2, { lon_deg: 106.7 })], { footprint: square(0.01) });
  const [west, , east] = geodesy.boundsOf(imagery.extentOf(footage, 2));
  assert.ok(west > 106.69 && east < 106.71);
  assert.ok(geodesy.boundsOf(imagery.extentOf(footage, null))[0] < AT[0] - 0.009);
  assert.ok(geodesy.boundsOf(imagery.extentOf(footage, 99))[0] < AT[0] - 0.009, "a find that is not of it");
});

test("what still waits is asked for again", () => {
  assert.equal(imagery.waits([{ state: "scored" }, { state: "refused" }]), false);
  assert.equal(imagery.waits([{ state: "scored" }, { state: "queued" }]), true);
  assert.equal(imagery.waits([{ state: "scored" }, { state: "live" }]), true);
  assert.equal(imagery.waits([]), false);
});

test("the picture of a find has the address of that find", () => {
  assert.equal(calls.hitPicture(7, 12), "/api/imagery/7/hits/12/picture");
});

test("what a file does not say is asked of the server only where somebody said it, and its name's end is kept", async (context) => {
  const asked = [];
  context.mock.method(globalThis, "fetch", async (path, request) => {
    asked.push([path, request.method]);
    return new Response("{}", { status: 201, headers: { "Content-Type": "application/json" } });
  });
  const wish = { run_id: null, zone: "Asia/Shanghai", stated_fov_deg: null };
  await calls.imageryCalls.sendImagery(new File(["x"], `${"长".repeat(130)}.SRT`), wish);
  await calls.imageryCalls.imageryList({ limit: 50, run_id: null, incident_id: 3 });
  const sent = new URL(asked[0][0], "http://here").searchParams;
  assert.deepEqual([...sent.keys()], ["name", "zone"]);
  assert.ok(sent.get("name").endsWith(".SRT") && sent.get("name").length === 120);
  assert.deepEqual(asked.map((it) => it[1]), ["POST", "GET"]);
  assert.equal(asked[1][0], "/api/imagery?limit=50&incident_id=3");
});

const place = { lon_deg: AT[0], lat_deg: AT[1], ring_lonlat: [], r90_m: 200, bearing_deg: null, townships: [], direction_only: false };
const fire = (more = {}) => ({ state: "open", merged_into: null, place, ...more });

test("a fire that is over, merged, without a place or with a direction alone is not flown to, and each says why", () => {
  assert.equal(looks.noLook(fire()), null);
  for (const state of ["acknowledged", "confirmed", "dispatched", "arrived", "controlled"]) assert.equal(looks.noLook(fire({ state })), null);
  for (const state of ["closed", "dismissed"]) assert.equal(looks.noLook(fire({ state })), "settled");
  assert.equal(looks.noLook(fire({ merged_into: 4, state: "closed" })), "merged");
  assert.equal(looks.noLook(fire({ place: null })), "no_place");
  assert.equal(looks.noLook(fire({ place: { ...place, direction_only: true } })), "direction_only");
});

const proposal = (aircraft, is_feasible, looks_at) => ({ aircraft, is_feasible, looks_at, free_at: "2026-11-27T01:00:00Z", back_at: null, energy_share: null, views: null, message: "", remedy: "", code: "", plan: null });

test("who looks soonest is first; who cannot is last by name, even with a time", () => {
  const told = [proposal("z", false, "2026-11-27T00:00:00Z"), proposal("b", true, "2026-11-27T02:00:00Z"), proposal("a", true, "2026-11-27T03:00:00Z"), proposal("c", false, null), proposal("d", true, "2026-11-27T02:00:00Z")];
  assert.deepEqual(looks.soonestFirst(told).map((it) => it.aircraft), ["b", "d", "a", "c", "z"]);
  assert.equal(told[0].aircraft, "z");
});

test("a begun minute counts, and what is past is now", () => {
  const now = new Date("2026-11-27T01:00:00Z");
  assert.equal(looks.minutesTo("2026-11-27T01:00:00Z", now), 0);
  assert.equal(looks.minutesTo("2026-11-27T01:00:01Z", now), 1);
  assert.equal(looks.minutesTo("2026-11-27T01:09:00Z", now), 9);
  assert.equal(looks.minutesTo("2026-11-27T00:00:00Z", now), 0);
});

test("a flight is under way until it ends, whatever the end", () => {
  const open = ["planned", "waiting", "claimed", "uploading", "ready", "starting", "flying", "paused", "returning"];
  const over = ["landed", "aborted", "failed", "missed", "skipped", "cancelled"];
  assert.deepEqual(looks.underway([...open, ...over].map((state) => ({ state }))).map((it) => it.state), open);
  assert.deepEqual(looks.newestFirst([{ run_id: 2 }, { run_id: 10 }, { run_id: 3 }]).map((it) => it.run_id), [10, 3, 2]);
});
