/** Flights: the calendar's days, what may be done in a state, a schedule's form, the track on the map. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, days, states, form, shapes;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [days, states, form, shapes] = await Promise.all(["flightDays", "flightStates", "scheduleForm", "flightShapes"].map((name) => server.ssrLoadModule(`/src/lib/${name}.ts`)));
});
after(() => server.close());

const ZONE = "Asia/Shanghai";
const run = (run_id, due_at, until_at, more = {}) => ({ run_id, due_at, until_at, started_at: null, ended_at: null, released_at: null, state: "planned", ...more });

test("a flight is of the day on which it may start by the site's clock, or did", () => {
  const late = run(1, "2026-04-05T15:30:00Z", "2026-04-05T16:30:00Z");
  assert.deepEqual(days.ofDay([late], "2026-04-05", ZONE).map((it) => it.run_id), [1]);
  assert.deepEqual(days.ofDay([late], "2026-04-06", ZONE), []);
  const started = run(2, "2026-04-05T15:30:00Z", "2026-04-05T16:30:00Z", { started_at: "2026-04-05T16:10:00Z", ended_at: "2026-04-05T16:40:00Z" });
  assert.deepEqual(days.ofDay([started], "2026-04-06", ZONE).map((it) => it.run_id), [2]);
  const [box] = days.boxesOf([late], "2026-04-05", ZONE);
  assert.ok(box.top + box.height <= 1 + 1e-9, "seen whole, though its window ends after midnight");
});

test("flights of one time stand side by side, those after them do not", () => {
  const boxes = days.boxesOf([
    run(1, "2026-04-05T00:00:00Z", "2026-04-05T02:00:00Z"),
    run(2, "2026-04-05T01:00:00Z", "2026-04-05T03:00:00Z"),
    run(3, "2026-04-05T02:00:00Z", "2026-04-05T02:30:00Z"),
    run(4, "2026-04-05T05:00:00Z", "2026-04-05T06:00:00Z"),
  ], "2026-04-05", ZONE);
  assert.deepEqual(boxes.map((it) => [it.run.run_id, it.lane, it.lanes]), [[1, 0, 2], [2, 1, 2], [3, 0, 2], [4, 0, 1]]);
  for (const a of boxes)
    for (const b of boxes)
      if (a !== b && a.lane === b.lane) assert.ok(a.top + a.height <= b.top || b.top + b.height <= a.top);
});

test("a day of 23 hours and one of 25 have their own shares and hours", () => {
  const zone = "Europe/Berlin";
  const noon = (day) => days.shareOfDay(new Date(`${day}T10:00:00Z`), day, zone); // 12:00 in summer
  assert.equal(noon("2026-07-01"), 0.5);
  assert.equal(noon("2026-03-29"), 11 / 23);
  assert.equal(days.shareOfDay(new Date("2026-10-25T11:00:00Z"), "2026-10-25", zone), 13 / 25);
  assert.deepEqual(days.hoursOf("2026-03-29", zone, 1).map((it) => it.hour).slice(0, 4), ["00:00", "01:00", "03:00", "04:00"]);
  assert.equal(days.hoursOf("2026-10-25", zone, 1).length, 25);
  assert.equal(days.shareOfDay(new Date("2026-07-02T10:00:00Z"), "2026-07-01", zone), null);
});

test("every state of the server has a colour and a glyph, and its deeds follow the server's rules", () => {
  const text = readFileSync(new URL("../../models/flight/run.py", import.meta.url), "utf8");
  const body = text.slice(text.indexOf("class RunState"), text.indexOf("FINAL:"));
  const all = [...body.matchAll(/^ {4}[A-Z]+ = "(\w+)"/gm)].map((it) => it[1]);
  assert.equal(all.length, 15);
  assert.deepEqual(Object.keys(states.RUN_COLOUR).sort(), [...all].sort());
  assert.deepEqual(Object.keys(states.RUN_GLYPH).sort(), [...all].sort());
  const named = (name) => [...text.slice(text.indexOf(`${name}: Final = frozenset`)).split(")")[0].matchAll(/RunState\.(\w+)/g)].map((it) => it[1].toLowerCase());
  assert.deepEqual(all.filter(states.isEnded).sort(), named("FINAL").sort());
  assert.deepEqual(all.filter(states.isInTheAir).sort(), named("IN_THE_AIR").sort());
  for (const state of all) {
    const released = { state, released_at: "2026-04-05T00:00:00Z" };
    assert.equal(states.canRelease(released), false);
    assert.equal(states.canRelease({ state, released_at: null }), states.isUnstarted(state));
    assert.equal(states.canCancel({ state }), states.isUnstarted(state));
    assert.equal(states.wordsFor(state).length > 0, states.isInTheAir(state));
  }
  assert.ok(states.wordsFor("flying").includes("pause") && !states.wordsFor("flying").includes("resume"));
  assert.deepEqual(states.wordsFor("paused"), ["resume", "come_home", "land"]);
  assert.deepEqual(states.wordsFor("starting"), ["come_home", "land"]);
});

test("in the air comes first, then what waits for a person, by time; a standing release waits for nobody", () => {
  const run = (run_id, state, due, more = {}) => ({ run_id, state, due_at: `2026-04-05T${due}:00:00Z`, released_at: null, schedule_id: 1, ...more });
  const schedules = [{ schedule_id: 1, needs_release: true }, { schedule_id: 2, needs_release: false }];
  const runs = [
    run(1, "planned", "09"), run(2, "flying", "10", { released_at: "2026-04-05T09:00:00Z" }), run(3, "waiting", "08"), run(4, "planned", "07", { schedule_id: 2 }),
    run(5, "planned", "06", { released_at: "2026-04-05T05:00:00Z" }), run(6, "skipped", "05"), run(7, "planned", "04", { schedule_id: null }), run(8, "returning", "03"),
  ];
  assert.deepEqual(states.foremost(runs, schedules).map((it) => it.run_id), [8, 2, 7, 3, 1]);
  assert.deepEqual(runs.map((it) => it.run_id), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(states.needsPerson(run(9, "planned", "01"), []), true, "a schedule that is not known waits for a person");
  assert.deepEqual(states.foremost([], schedules), []);
});

test("the calendar opens where the first flight of its days is, and at six where none flies", () => {
  const at = (due_at) => ({ run_id: 1, due_at, until_at: due_at, started_at: null, ended_at: null });
  const week = ["2026-04-05", "2026-04-06"];
  assert.equal(days.shareToShow([], week, ZONE), 0.25);
  const runs = [at("2026-04-05T10:00:00Z"), at("2026-04-06T01:00:00Z"), at("2026-04-07T16:00:00Z")];
  assert.equal(days.shareToShow(runs, week, ZONE), 9 / 24, "the third is of another day");
  assert.equal(days.shareToShow([at("2026-04-04T16:00:00Z")], week, ZONE), 0, "midnight is a beginning");
});

test("a schedule tells when its next window has no approval of the airspace", () => {
  const kept = { needs_approval: true, approval_number: "18", approved_from_at: "2026-04-05T00:00:00Z", approved_until_at: "2026-04-06T00:00:00Z", next_due_at: "2026-04-05T12:00:00Z", is_enabled: true };
  const lack = (more) => form.approvalLack({ ...kept, ...more });
  assert.equal(lack({}), null);
  assert.equal(lack({ next_due_at: kept.approved_from_at }), null);
  assert.equal(lack({ next_due_at: kept.approved_until_at }), "over");
  assert.equal(lack({ next_due_at: "2026-04-04T23:59:59Z" }), "not_yet");
  assert.equal(lack({ approval_number: "" }), "none");
  assert.equal(lack({ approved_until_at: null }), "none");
  for (const none of [{ needs_approval: false }, { is_enabled: false }, { next_due_at: null }]) assert.equal(lack({ ...none, approval_number: "" }), null);
});

test("readings are read in their unit, and zero is one", () => {
  assert.equal(states.readingOf(0, "mm/h"), "0 mm/h");
  assert.equal(states.readingOf(0.905, "share"), "90.5 %");
  assert.equal(states.readingOf(2e9, "bytes"), "2.0 GB");
  assert.equal(states.readingOf(-6, "deg"), "-6°");
  assert.equal(states.readingOf(41.26, "deg C"), "41.3 °C");
});

test("times of the day are read as people write them, and nothing is guessed", () => {
  assert.deepEqual(form.minutesOf("14:00、6:30，14:00"), [390, 840]);
  assert.deepEqual(form.minutesOf("00:00"), [0]);
  for (const text of ["", "24:00", "6", "25:00", "06:30 x"]) assert.equal(form.minutesOf(text), null, text);
});

const filled = (more) => ({ ...form.fresh(), name: " 北坡 ", sweep_id: 3, times: "06:30", ...more });

test("a schedule goes in one of three ways, and the other two are empty", () => {
  const clock = form.bodyOf(filled({}), ZONE);
  assert.equal(clock.name, "北坡");
  assert.deepEqual([clock.timing.at_minutes, clock.timing.sun, clock.timing.by_danger], [[390], null, []]);
  const sun = form.bodyOf(filled({ way: "sun", sun: "sunset", sun_offset_min: -45 }), ZONE);
  assert.deepEqual([sun.timing.at_minutes, sun.timing.sun, sun.timing.sun_offset_s], [[], "sunset", -2700]);
  const danger = form.bodyOf(filled({ way: "danger", from: "07:00", until: "24:00" }), ZONE);
  assert.deepEqual([danger.timing.from_minute, danger.timing.until_minute], [420, 1440]);
  assert.deepEqual(danger.timing.by_danger.map((it) => [it.danger, it.every_s]), [[1, null], [2, null], [3, 14400], [4, 7200], [5, 3600]]);
  assert.deepEqual(form.bodyOf(filled({ weekdays: ["sun", "mon"] }), ZONE).timing.weekdays, ["mon", "sun"]);
});

test("what is missing is named, and then nothing is sent", () => {
  const wrong = [
    [{ name: " " }, "name"], [{ sweep_id: null }, "sweep"], [{ times: "noon" }, "times"],
    [{ way: "sun", sun_offset_min: null }, "offset"],
    [{ way: "danger", every_min: { 1: null, 2: null, 3: null, 4: null, 5: null } }, "every"],
    [{ way: "danger", from: "18:00", until: "08:00" }, "hours"],
    [{ seasons: [["02-30", "03-01"]] }, "seasons"], [{ window_min: null }, "window"],
    [{ approval_number: "渝1", approved_from: "2026-04-05 08:00" }, "approval"],
    [{ approval_number: "渝1", approved_from: "2026-04-05 08:00", approved_until: "2026-04-05 08:00" }, "approval"],
    [{ approval_number: "", approved_from: "2026-04-05 08:00", approved_until: "2026-04-06 08:00" }, "approval"],
  ];
  for (const [more, field] of wrong) {
    assert.equal(form.wrongIn(filled(more), ZONE), field, field);
    assert.equal(form.bodyOf(filled(more), ZONE), null);
  }
  assert.equal(form.wrongIn(filled({ way: "sun", sun_offset_min: 0 }), ZONE), null, "zero is a value");
});

test("a schedule that is opened and kept unchanged is the same", () => {
  const drafts = [
    filled({ weekdays: ["mon", "fri"], seasons: [["11-01", "05-31"]], aircraft: { 2: "M4T-01" }, needs_approval: true, approval_number: "渝空[2026]1", approved_from: "2026-04-05 08:00", approved_until: "2026-04-30 18:00", note: "n", sweep_version: 2 }),
    filled({ way: "sun", sun: "sunset", sun_offset_min: -45, needs_release: false, is_enabled: false }),
    filled({ way: "danger", until: "24:00" }),
  ];
  const written = (iso) => new Date(Date.parse(iso) + 8 * 3600e3).toISOString().slice(0, 16).replace("T", " ");
  for (const draft of drafts) {
    const body = form.bodyOf(draft, ZONE);
    const kept = { ...body, schedule_id: 1, version: 1 };
    assert.deepEqual(form.bodyOf(form.draftOf(kept, written), ZONE), body);
  }
});

test("how often by danger holds from a class on until the next that is told", () => {
  const kept = { ...form.bodyOf(filled({ way: "danger" }), ZONE) };
  kept.timing.by_danger = [{ danger: 2, every_s: 7200 }, { danger: 5, every_s: 600 }];
  assert.deepEqual(form.draftOf(kept, String).every_min, { 1: null, 2: 120, 3: 120, 4: 120, 5: 10 });
});

test("where nothing was heard for long, no way is drawn", () => {
  const at = (second) => new Date(Date.UTC(2026, 3, 5, 0, 0, second)).toISOString();
  const points = [[106, 29, 0, at(0)], [106.001, 29, 40, at(10)], [106.002, 29, 40, at(20)], [106.02, 29, 40, at(90)], [106.021, 29, null, at(100)]];
  assert.deepEqual(shapes.piecesFlown(points).map((it) => it.length), [3, 2]);
  const line = { type: "LineString", coordinates: [[106, 29], [106.1, 29]] };
  for (const path of [line, { type: "Feature", properties: {}, geometry: line }, { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry: line }] }])
    assert.deepEqual(shapes.flightFeatures({ points, path }).map((it) => it.properties.role), ["mission", "flown", "flown"]);
  assert.deepEqual(shapes.flightFeatures({ points: [], path: null }), []);
});

test("an aircraft that is not heard stands where it was last, and says that it is old", () => {
  const now = new Date("2026-04-05T00:01:00Z");
  const told = { phase: "mission", lon_deg: 0, lat_deg: 0, heading_deg: 0, at: "2026-04-05T00:00:58Z", warnings: [] };
  const marks = shapes.aircraftMarks([
    { aircraft: "A", has_link: true, is_heard: true, run_id: 1, state: told },
    { aircraft: "B", has_link: true, is_heard: true, run_id: null, state: { ...told, at: "2026-04-05T00:00:00Z" } },
    { aircraft: "C", has_link: true, is_heard: false, run_id: null, state: { ...told, warnings: [{ code: "x", level: 2, message: "" }] } },
    { aircraft: "D", has_link: true, is_heard: true, run_id: null, state: { ...told, lat_deg: null } },
    { aircraft: "E", has_link: false, is_heard: false, run_id: null, state: null },
  ], now);
  assert.deepEqual(marks.map((it) => [it.key, it.old, it.warns]), [["A", false, false], ["B", true, false], ["C", true, true]]);
});
