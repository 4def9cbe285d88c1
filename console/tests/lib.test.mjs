/** The pure modules, loaded through Vite as the page loads them; golden numbers from elsewhere. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server;
let time, format, geodesy, crop, fires, fireLib, reasons, declaration, camera, cameraList, patrol, polygon, maskForm, coordinates;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  const load = (path) => server.ssrLoadModule(path);
  [time, format, geodesy, crop, fires, fireLib, reasons, declaration, camera, cameraList, patrol, polygon, maskForm, coordinates] = await Promise.all([
    load("/src/lib/time.ts"),
    load("/src/lib/format.ts"),
    load("/src/lib/geodesy.ts"),
    load("/src/lib/crop.ts"),
    load("/src/map/fires.ts"),
    load("/src/lib/fires.ts"),
    load("/src/lib/reasons.ts"),
    load("/src/lib/declaration.ts"),
    load("/src/lib/cameraForm.ts"),
    load("/src/lib/cameraList.ts"),
    load("/src/lib/patrolForm.ts"),
    load("/src/lib/polygon.ts"),
    load("/src/lib/maskForm.ts"),
    load("/src/lib/coordinates.ts"),
  ]);
});
after(() => server.close());

const ZONE = "Asia/Shanghai";
const NOW = new Date("2026-11-25T15:30:00Z");

test("a moment of today is a time, any other has its date in the site's zone", () => {
  assert.equal(time.momentOf("2026-11-25T15:05:06Z", ZONE, NOW), "23:05:06");
  assert.equal(time.momentOf("2018-07-28T22:15:06Z", ZONE, NOW), "2018-07-29 06:15:06");
  assert.equal(time.momentOf("2026-11-25T16:00:00Z", ZONE, NOW), "2026-11-26 00:00:00");
  assert.equal(time.utcOf("2018-07-28T22:15:06.25Z"), "2018-07-28 22:15:06Z");
});

test("ages never run backwards", () => {
  assert.deepEqual(time.ageOf("2026-11-25T15:31:00Z", NOW), { key: "time.now", count: 0 });
  assert.deepEqual(time.ageOf("2026-11-25T15:29:00Z", NOW), { key: "time.seconds", count: 60 });
  assert.deepEqual(time.ageOf("2026-11-25T14:00:00Z", NOW), { key: "time.hours", count: 1 });
  assert.deepEqual(time.ageOf("2018-07-28T22:15:06Z", NOW).key, "time.days");
  assert.equal(time.lengthOf(739.6), "12:20");
  assert.equal(time.lengthOf(3599.4), "59:59");
  assert.equal(time.lengthOf(88_205), "24:30:05");
});

test("zero is a value and null a dash", () => {
  assert.equal(format.bearing(0), "000.0°");
  assert.equal(format.bearing(null), "—");
  assert.equal(format.percent(0), "0 %");
  assert.equal(format.percent(0.001), "<1 %");
  assert.equal(format.percent(0.999), "99 %");
  assert.equal(format.percent(1), "100 %");
  assert.equal(format.metres(0), "0 m");
  assert.equal(format.wind(0), "n");
  assert.equal(format.wind(359), "n");
});

test("a length never shows a thousand metres or a wrong unit", () => {
  assert.equal(format.metres(999.6), "1.00 km");
  assert.equal(format.metres(9996), "10.0 km");
  assert.equal(format.metreRange(300, 999.7), "0.30–1.00 km");
});

test("sexagesimal degrees carry over", () => {
  assert.equal(format.sexagesimal(36.62133, "N", "S"), "36°37′16.8″N");
  assert.equal(format.sexagesimal(-84.22131, "E", "W"), "84°13′16.7″W");
  assert.equal(format.sexagesimal(59.9999999, "N", "S"), "60°00′00.0″N");
});

test("the sphere agrees with the ellipsoid to half a percent", () => {
  // WGS 84 geodesics of PROJ (pyproj 3.7): from 106.65 E 28.95 N.
  const start = [106.65, 28.95];
  for (const [azimuth, far, lon, lat] of [
    [0, 10_000, 106.65, 29.0402237],
    [90, 10_000, 106.7525791, 28.9499609],
    [222.5, 25_000, 106.4770224, 28.783586],
  ]) {
    const got = geodesy.destination(start, azimuth, far);
    assert.ok(geodesy.distance(got, [lon, lat]) < far * 0.005, `${azimuth}`);
    assert.ok(Math.abs(geodesy.distance(start, [lon, lat]) - far) < far * 0.005);
  }
});

test("a view sector is closed, starts at its apex and is as wide as asked", () => {
  const apex = [106.65, 28.95];
  const ring = geodesy.sector(apex, 0, 60, 5000);
  assert.deepEqual(ring[0], apex);
  assert.deepEqual(ring.at(-1), apex);
  for (const point of ring.slice(1, -1))
    assert.ok(Math.abs(geodesy.distance(apex, point) - 5000) < 1);
  assert.ok(ring[1][0] < apex[0] && ring.at(-2)[0] > apex[0]);
});

test("a crop stays inside the picture and keeps its aspect", () => {
  const frame = { width_px: 2048, height_px: 1536, boxes: [] };
  for (const target of [
    { x: 0, y: 0, width: 20, height: 12 },
    { x: 2000, y: 1500, width: 48, height: 36 },
    { x: 100, y: 100, width: 1900, height: 1400 },
    null,
  ]) {
    const view = crop.viewOf(frame, target, 4 / 3);
    assert.ok(view.x >= 0 && view.y >= 0);
    assert.ok(view.x + view.width <= 2048.001 && view.y + view.height <= 1536.001);
    assert.ok(Math.abs(view.width / view.height - 4 / 3) < 1e-9);
  }
  assert.equal(crop.around([]), null);
});

const observer = { lon_deg: 106.65, lat_deg: 28.95, height_m: 900, height_datum: "sea_level" };

function alert(outcome, clusters, hidden = []) {
  return {
    alert_id: 1,
    incident_id: 1,
    state: "open",
    fix: { outcome, observer, bearing_deg: outcome === "unknown" ? null : 0, bearing_sigma_deg: 0.5, clusters, hidden },
    land: { townships: [], nearest: [{ layer: "water_point", distance_m: 900, bearing_deg: 0 }] },
  };
}

const fireOf = (alerts, more = {}) => ({
  incident_id: 1,
  state: "open",
  version: 1,
  urgency: null,
  place: null,
  observations: [],
  entries: [],
  alerts,
  ...more,
});

test("no place is drawn where none is known", () => {
  const blind = alert("direction_only", []);
  const kinds = fires.fireFeatures([blind], fireOf([blind]), blind, 20_000).features.map((it) => it.properties.kind);
  assert.deepEqual(kinds, ["wedge", "bearing"]);
  assert.deepEqual(fires.tiesOf(blind), []);
  const lost = alert("unknown", []);
  assert.deepEqual(fires.fireFeatures([lost], fireOf([lost]), lost, 20_000).features, []);
});

test("a fire of several sources shows every bearing, and one region only where they meet", () => {
  const mine = alert("direction_only", []);
  const other = { ...alert("direction_only", []), alert_id: 2 };
  const told = { lon_deg: 106.6, lat_deg: 29.0, bearing_deg: 90, withdrawn_at: null };
  const ring_lonlat = [[106.6, 29], [106.7, 29], [106.7, 29.1], [106.6, 29]];
  const place = { lon_deg: 106.65, lat_deg: 29.03, ring_lonlat, direction_only: false };
  const kinds = (fire) =>
    fires.fireFeatures([mine, other], fire, mine, 20_000).features.map((it) => it.properties.kind);
  const all = fireOf([mine, other], { place, observations: [told, { ...told, withdrawn_at: "2026" }] });
  assert.deepEqual(kinds(all), ["bearing", "bearing", "region", "wedge", "bearing"]);
  assert.deepEqual(kinds(fireOf([mine, other])), ["bearing", "wedge", "bearing"]);
});

test("fires are listed by urgency, an unknown one first, and shown by what knows the place", () => {
  const fire = (incident_id, points) =>
    fireOf([], { incident_id, urgency: points === null ? null : { points } });
  const list = [fire(1, 20), fire(2, 80.2), fire(3, 79.8), fire(4, null), fire(5, 0)];
  const order = list.sort(fireLib.byUrgency).map((it) => it.incident_id);
  assert.deepEqual(order, [4, 3, 2, 1, 5]);
  const spot = { position: { lon_deg: 106.7, lat_deg: 29.1 } };
  const sure = { ...alert("direction_only", []), alert_id: 2, score: 0.9 };
  const placed = { ...alert("located", [spot]), alert_id: 3, score: 0.4 };
  assert.equal(fireLib.bestOf(fireOf([sure, placed])).alert_id, 3);
  assert.deepEqual(fireLib.spotOf(fireOf([sure, placed])), [106.7, 29.1]);
  assert.equal(fireLib.spotOf(fireOf([sure])), null);
  const mere = { lon_deg: 1, lat_deg: 2, direction_only: true, ring_lonlat: [], townships: [] };
  assert.equal(fireLib.spotOf(fireOf([sure], { place: mere })), null);
});

test("every reason that is offered has one key, and no key has two", () => {
  const offered = Object.values(reasons.REASON_GROUPS).flat();
  assert.equal(new Set(offered).size, 33);
  assert.equal(new Set(Object.values(reasons.REASON_KEY)).size, 33);
  for (const reason of offered) assert.equal(reasons.reasonOf(reasons.REASON_KEY[reason].toUpperCase()), reason);
  for (const retired of ["cloud", "lens", "vegetation"]) assert.ok(!offered.includes(retired));
});

test("the line to water leads to the best usable one, not to the nearest", () => {
  const position = { lon_deg: 106.65, lat_deg: 29.0 };
  const seen = alert("located", [{ position, outline_lonlat: [[106.65, 29.0]], range_m: 5000, range_max_m: 5100, weight: 1 }]);
  const water = (code, distance_m) => ({ layer: "water_point", code, distance_m, bearing_deg: 90 });
  assert.deepEqual(fires.tiesOf(seen).map((it) => it.distance_m), [900]);
  const belt = { layer: "forest_belt", code: "b", distance_m: 700, bearing_deg: 0 };
  const report = (best) => ({ nearest: [belt], water: { best: best.map((asset) => ({ asset })), lost: [] } });
  const ties = fires.tiesOf(seen, report([water("w", 4000)]));
  assert.deepEqual(ties.map((it) => [it.layer, it.distance_m]), [["forest_belt", 700], ["water_point", 4000]]);
  assert.deepEqual(fires.tiesOf(seen, report([])).map((it) => it.layer), ["forest_belt"]);
});

test("ground behind a ridge is drawn, and the bearing reaches it", () => {
  const line_lonlat = [[106.65, 29.0], [106.65, 29.02]];
  const it = alert("direction_only", [], [{ from_m: 5_500, to_m: 7_700, smoke_m: 40, line_lonlat }]);
  const { features } = fires.fireFeatures([it], fireOf([it]), it, 20_000);
  const [hidden] = features.filter((each) => each.properties.kind === "hidden");
  assert.deepEqual(hidden.geometry.coordinates, line_lonlat);
  const [bearing] = features.filter((each) => each.properties.kind === "bearing");
  assert.ok(bearing.geometry.coordinates[1][1] > 29.02 && bearing.geometry.coordinates[1][1] < 29.04);
});

test("a bearing of zero is drawn northwards", () => {
  const it = alert("direction_only", []);
  const line = fires.fireFeatures([it], null, null, 20_000).features[0].geometry.coordinates;
  assert.ok(Math.abs(line[1][0] - line[0][0]) < 1e-9 && line[1][1] > line[0][1]);
});

test("a dismissed place is remembered in its hours, and never beyond what was chosen", () => {
  const { NOTHING, requestOf, canLast } = declaration;
  const alert = { alert_id: 7, fix: { clusters: [] } };
  const wish = { ...NOTHING, wanted: true, days: 14, hours: "night" };
  const asked = requestOf(alert, "light", wish, "路灯", NOW);
  assert.deepEqual(asked.place, { kind: "alert", alert_id: 7 });
  assert.equal(asked.kind, "nuisance");
  assert.deepEqual(asked.times, { from_minute: 1080, to_minute: 360 });
  assert.equal(asked.until_at, "2026-12-09T15:29:00.000Z");
  assert.ok(!("times" in requestOf(alert, "light", { ...wish, hours: "all" }, "", NOW)));
  assert.deepEqual(["fog", "rain", "chimney", null].map(canLast), [false, false, true, false]);
});

test("a burn is registered on the ground, or like any other place where there is none", () => {
  const { NOTHING, requestOf } = declaration;
  const spot = { position: { lon_deg: 106.6, lat_deg: 29 }, r90_m: 90.4 };
  const wish = { ...NOTHING, wanted: true, days: 1, reported_by: "石角镇", responsible: "张三", phone: "13800001234" };
  const burn = requestOf({ alert_id: 7, fix: { clusters: [spot] } }, "registered_burn", wish, "", NOW);
  assert.deepEqual(burn.place, { kind: "ground", lon_deg: 106.6, lat_deg: 29, radius_m: 200 });
  assert.deepEqual([burn.kind, burn.reported_by, burn.responsible, burn.phone], ["burn", "石角镇", "张三", "13800001234"]);
  const blind = requestOf({ alert_id: 7, fix: { clusters: [] } }, "registered_burn", wish, "", NOW);
  assert.equal(blind.kind, "nuisance");
  assert.ok(!("reported_by" in blind) && !("responsible" in blind) && !("phone" in blind));
});

const SETUP = {
  camera_id: "gn-1",
  name: "古南一号",
  kind: "tower",
  position: { lon_deg: 106.65, lat_deg: 29.03, height_m: 0, height_datum: "ellipsoid" },
  presets: [
    { number: 3, name: "北", pose: { azimuth_deg: 0, tilt_deg: 0, roll_deg: 0.5, horizontal_fov_deg: 60 } },
    { number: 7, name: "南", pose: { azimuth_deg: 180, tilt_deg: 0, roll_deg: 0, horizontal_fov_deg: 60 } },
  ],
  link: { adapter: "rtsp", address: "rtsp://10.0.0.5/1", every_s: 2, transport: "tcp", decoding: "auto", mode: null, enabled: true, encoding: "as_told" },
  has_credential: true,
};

test("a camera that is saved unchanged stays as it was, its password untouched", () => {
  const request = camera.requestOf(camera.fieldsOf(SETUP), SETUP);
  assert.deepEqual(request.presets, SETUP.presets);
  assert.deepEqual(request.position, { coordinates: "WGS84", ...SETUP.position });
  assert.deepEqual(request.link, SETUP.link);
  assert.ok(!("credential" in request));
  const typed = (part) => camera.requestOf({ ...camera.fieldsOf(SETUP), ...part }, SETUP).credential;
  assert.deepEqual(typed({ user: "admin" }), { user: "admin" });
  assert.deepEqual(typed({ password: " " }), { password: " " });
  assert.deepEqual(typed({ user: "a", password: "b" }), { user: "a", password: "b" });
  assert.deepEqual(typed({ forget: true }), {});
});

test("a camera without its place or with a key that cannot be is not sent", () => {
  const empty = camera.fieldsOf(null);
  assert.equal(camera.requestOf(empty, null), null);
  const whole = { ...empty, camera_id: "gn-2", name: "塔", lon_deg: 0, lat_deg: 0, height_m: 0 };
  assert.equal(camera.requestOf(whole, null).link, null);
  assert.equal(camera.requestOf({ ...whole, camera_id: "GN 2" }, null), null);
  assert.equal(camera.requestOf({ ...whole, name: " " }, null), null);
  assert.deepEqual(camera.missingIn(empty), ["camera_id", "name", "lon", "lat", "height"]);
  assert.deepEqual(camera.missingIn({ ...whole, camera_id: "GN 2" }), ["bad_id"]);
  assert.deepEqual(camera.missingIn(whole), []);
});

test("a place goes to the server in the system that was stated, and with its pair only", () => {
  const whole = { ...camera.fieldsOf(SETUP), easting_m: 36368261, northing_m: 3192855 };
  const placed = (coordinates) => camera.requestOf({ ...whole, coordinates }, SETUP).position;
  const height = { height_m: 0, height_datum: "ellipsoid" };
  assert.deepEqual(placed("GK"), { coordinates: "GK", easting_m: 36368261, northing_m: 3192855, ...height });
  assert.deepEqual(placed("GCJ-02"), { coordinates: "GCJ-02", lon_deg: 106.65, lat_deg: 29.03, ...height });
  const bare = { ...whole, coordinates: "EPSG:4545", easting_m: null };
  assert.deepEqual(camera.missingIn(bare), ["easting"]);
  assert.equal(camera.requestOf(bare, SETUP), null);
});

test("stored coordinates are never turned a second time under another name", () => {
  const { restated } = coordinates;
  const stored = SETUP.position;
  const fields = camera.fieldsOf(SETUP);
  const away = restated(fields, "GCJ-02", stored);
  assert.deepEqual([away.coordinates, away.lon_deg, away.lat_deg], ["GCJ-02", null, null]);
  const back = restated(away, "WGS84", stored);
  assert.deepEqual([back.lon_deg, back.lat_deg], [106.65, 29.03]);
  const typed = restated({ ...fields, lon_deg: 106.7 }, "GCJ-02", stored);
  assert.deepEqual([typed.lon_deg, typed.lat_deg], [106.7, 29.03]);
  assert.equal(restated(camera.fieldsOf(null), "WGS84", null).lon_deg, null);
});

const listed = (camera_id, state, more = {}) => ({
  camera_id,
  state,
  name: `塔 ${camera_id}`,
  conditions: [],
  hanging: 0,
  poses: [],
  ...more,
});

test("whoever needs somebody stands first, and nobody is lost by a filter", () => {
  const all = [
    listed("a", "live"),
    listed("b", "disabled"),
    listed("c", "lost"),
    listed("d", "degraded"),
    listed("e", "live", { conditions: ["moved"] }),
    listed("f", "live", { hanging: 1 }),
    listed("g", "connecting"),
    listed("h", "lost"),
    listed("i", "live", { poses: [{ kind: "drifted" }] }),
  ];
  assert.equal(cameraList.byNeed(all).map((it) => it.camera_id).join(""), "chdefigab");
  assert.deepEqual(cameraList.countsOf(all), [
    { filter: "every", count: 9 },
    { filter: "needs", count: 6 },
    { filter: "lost", count: 2 },
    { filter: "degraded", count: 1 },
    { filter: "connecting", count: 1 },
    { filter: "live", count: 4 },
    { filter: "disabled", count: 1 },
  ]);
  const shown = (filter, wanted) => all.filter((it) => cameraList.isShown(it, filter, wanted));
  assert.equal(shown("every", "").length, 9);
  assert.equal(shown("every", " 塔 C ").length, 1);
  assert.equal(shown("lost", "h").length, 1);
  assert.equal(shown("live", "h").length, 0);
});

test("hours and seasons are read as people write them, and what is none is none", () => {
  assert.deepEqual(["6:30", "06：30", "24:00", "00:00", "24:30", "7", ""].map(patrol.minuteOf), [
    390, 390, 0, 0, null, null, null,
  ]);
  assert.equal(patrol.clockOf(390), "06:30");
  assert.deepEqual(patrol.seasonOf("2-1", "05月10日"), { from_month: 2, from_day: 1, to_month: 5, to_day: 10 });
  assert.deepEqual(patrol.daysOf({ from_month: 11, from_day: 1, to_month: 2, to_day: 29 }), ["11-01", "02-29"]);
  assert.equal(patrol.seasonOf("2-30", "3-1"), null);
  assert.equal(patrol.seasonOf("", ""), null);
});

test("a preset that goes takes its stops along, and a tour without stops goes too", () => {
  const presets = [0, 3].map((number) => ({ number, name: "", pose: { azimuth_deg: 9 }, token: String(number) }));
  const both = patrol.newTour("both", presets);
  assert.deepEqual(both.stops.map((it) => it.preset), [0, 3]);
  assert.equal(patrol.roundOf(both), 2 * (20 + patrol.TURNING_S));
  const one = { ...both, stops: [{ preset: 3, dwell_s: 5 }] };
  const left = patrol.without({ presets, tours: [both, one] }, 3);
  assert.deepEqual(left.tours.map((it) => it.stops.length), [1]);
  assert.equal(left.presets.length, 1);
  assert.deepEqual([patrol.newPreset(presets).number, patrol.newPreset([]).number], [4, 0]);
  assert.deepEqual(patrol.missingIn({ address: " ", tours: [{ name: " ", stops: [] }] }), ["address", "tour_name", "stops"]);
});

test("a region that people draw is one before the server has to say that it is none", () => {
  const square = [[0.1, 0.1], [0.4, 0.1], [0.4, 0.4], [0.1, 0.4]];
  assert.equal(polygon.fault(square), null);
  assert.equal(polygon.share(square).toFixed(6), "0.090000");
  assert.equal(polygon.fault(square.slice(0, 2)), "few");
  const tie = [[0, 0], [1, 1], [1, 0], [0, 1]];
  assert.equal(polygon.fault(tie), "crossed");
  assert.deepEqual([...polygon.crossings(tie, true)].sort(), [0, 2]);
  assert.deepEqual([...polygon.crossings(tie, false)].sort(), [0, 2]);
  assert.equal(polygon.fault([[0, 0], [0.5, 0.5], [1, 1]]), "crossed"); // folded back on itself
  assert.equal(polygon.fault([[0.2, 0.2], [0.2, 0.2], [0.4, 0.5]]), "crossed");
  const hook = [[0, 0], [1, 0], [1, 1], [0.5, 0.2], [0, 1]];
  assert.equal(polygon.fault(hook), null);
  const touching = [[0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]]; // a corner on a side
  assert.equal(polygon.fault(touching), "crossed");
});

test("corners stay inside the picture, and a new one comes out of the middle of a side", () => {
  assert.deepEqual(polygon.corner(-3, 1.5), [0, 1]);
  assert.deepEqual(polygon.corner(0.123456, 0.5), [0.1235, 0.5]);
  assert.deepEqual(polygon.middles([[0, 0], [1, 0], [1, 1]]), [[0.5, 0], [1, 0.5], [0.5, 0.5]]);
});

test("a mask is asked for with its end, and one that is redrawn keeps the end that it had", () => {
  const words = { kind: "nuisance", days: 7, fov_min_deg: null, fov_max_deg: 20, note: " x " };
  const corners = [[0, 0], [1, 0], [0, 1]];
  const asked = maskForm.shapeOf(corners, words, null, NOW);
  assert.equal(asked.expires_at, "2026-12-02T15:29:00.000Z");
  assert.deepEqual([asked.note, asked.fov_max_deg, asked.polygon], ["x", 20, corners]);
  assert.equal(maskForm.shapeOf(corners, { ...words, days: 0 }, null, NOW).expires_at, null);
  const before = { expires_at: "2027-01-01T00:00:00Z" };
  const kept = maskForm.shapeOf(corners, { ...words, days: null }, before, NOW);
  assert.equal(kept.expires_at, before.expires_at);
  assert.ok(maskForm.zoomFits(words));
  assert.ok(!maskForm.zoomFits({ ...words, fov_min_deg: 21 }));
});

test("a moment written by the site's clock is one moment, and what is none is told", () => {
  const at = (text, zone = "Asia/Shanghai") => time.writtenIn(zone, text)?.toISOString() ?? null;
  assert.equal(at("2026-04-05 13:00"), "2026-04-05T05:00:00.000Z");
  assert.equal(at(" 2026-4-5T0:05 "), "2026-04-04T16:05:00.000Z");
  assert.equal(at("2026-07-01 12:00", "Europe/Berlin"), "2026-07-01T10:00:00.000Z");
  assert.equal(at("2026-03-29 02:30", "Europe/Berlin"), null); // that hour was left out
  assert.equal(at("2026-02-30 12:00"), null);
  assert.equal(at("2026-04-05 25:00"), null);
  assert.equal(at("13:00"), null);
});
