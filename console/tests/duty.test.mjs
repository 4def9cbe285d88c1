/** The roster by the site's clock: weeks, times of day, what of a shift lies in a day, who is on now. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

const ZONE = "Asia/Shanghai";
const POSTS = ["grid", "team", "station", "committee"];

let server;
let duty;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  duty = await server.ssrLoadModule("/src/lib/duty.ts");
});
after(() => server.close());

const shift = (shift_id, from_at, until_at, more = {}) => ({
  shift_id, person_id: shift_id, name: `p${shift_id}`, post: "station", township: "t1", village: "", from_at, until_at, deputy: 0, ...more,
});
const on = (person_id, reach, more = {}) => ({
  person_id, name: `p${person_id}`, phone: "110", post: "station", team: null, reach, deputy: 0, shift_until_at: "2026-04-05T16:00:00Z", ...more,
});
const gap = (township, from_at, until_at, more = {}) => ({ township, name: township, post: "station", from_at, until_at, on_leave: [], ...more });

test("a week begins on Monday, across months, years and leap days", () => {
  // Weekdays from a printed calendar: 2026-04-05 and 2024-03-03 are Sundays, 2026-01-01 is a Thursday.
  assert.deepEqual(duty.weekOf("2026-04-05"), ["2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02", "2026-04-03", "2026-04-04", "2026-04-05"]);
  assert.equal(duty.mondayOf("2026-03-30"), "2026-03-30");
  assert.equal(duty.mondayOf("2026-01-01"), "2025-12-29");
  assert.equal(duty.weekOf("2024-03-03")[3], "2024-02-29");
  assert.deepEqual(duty.weekOf("2026-04-01").map(duty.weekdayOf), [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(duty.dayAfter("2025-12-31", 1), "2026-01-01");
  assert.equal(duty.dayAfter("2024-03-01", -1), "2024-02-29");
});

test("days and times of day are read as people write them", () => {
  assert.equal(duty.writtenDay(" 2026-4-5 "), "2026-04-05");
  assert.equal(duty.writtenDay("2026/04/05"), "2026-04-05");
  for (const none of ["", "2026-02-29", "2026-13-01", "2026-04-31", "04-05", "2026-4-5 8:00"]) assert.equal(duty.writtenDay(none), null, none);
  assert.equal(duty.clockIn("8"), "08:00");
  assert.equal(duty.clockIn("8：30"), "08:30");
  assert.equal(duty.clockIn("0:00"), "00:00");
  assert.equal(duty.clockIn("24:00"), "24:00");
  for (const none of ["", "24:01", "25", "8:60", "8:5", "-1", "noon"]) assert.equal(duty.clockIn(none), null, none);
});

test("a span of a day is of the site's clock, and an end not later than the start is of the next day", () => {
  const iso = (...args) => {
    const found = duty.spanOf(...args, ZONE);
    return found && [found.from.toISOString(), found.until.toISOString()];
  };
  assert.deepEqual(iso("2026-04-05", "08:00", "20:00"), ["2026-04-05T00:00:00.000Z", "2026-04-05T12:00:00.000Z"]);
  assert.deepEqual(iso("2026-04-05", "20:00", "8:00"), ["2026-04-05T12:00:00.000Z", "2026-04-06T00:00:00.000Z"]);
  assert.deepEqual(iso("2026-04-05", "8", "8"), ["2026-04-05T00:00:00.000Z", "2026-04-06T00:00:00.000Z"]);
  assert.deepEqual(iso("2026-04-05", "0:00", "24:00"), ["2026-04-04T16:00:00.000Z", "2026-04-05T16:00:00.000Z"]);
  assert.deepEqual(iso("2026-04-05", "0:00", "0:00"), ["2026-04-04T16:00:00.000Z", "2026-04-05T16:00:00.000Z"]);
  assert.equal(iso("2026-04-05", "24:00", "8:00"), null);
  assert.equal(iso("2026-04-05", "", "8:00"), null);
});

test("whole days hold both their ends", () => {
  const found = duty.daysSpan("2026-4-5", "2026-4-6", ZONE);
  assert.deepEqual([found.from.toISOString(), found.until.toISOString()], ["2026-04-04T16:00:00.000Z", "2026-04-06T16:00:00.000Z"]);
  assert.equal(duty.daysSpan("2026-4-6", "2026-4-5", ZONE), null);
  assert.equal(duty.daysSpan("2026-4-6", "", ZONE), null);
});

test("a day on which the clock is put forward is shorter, and one without a midnight begins at one", () => {
  const hours = (day, zone) => (duty.startOf(duty.dayAfter(day, 1), zone) - duty.startOf(day, zone)) / 3_600_000;
  assert.equal(hours("2026-04-05", ZONE), 24);
  assert.equal(hours("2026-03-29", "Europe/Berlin"), 23);
  assert.equal(hours("2026-10-25", "Europe/Berlin"), 25);
  assert.equal(duty.startOf("2018-11-04", "America/Sao_Paulo").toISOString(), "2018-11-04T03:00:00.000Z");
});

test("of a shift over midnight each day shows its own part", () => {
  const night = shift(1, "2026-04-05T12:00:00Z", "2026-04-06T00:00:00Z");
  assert.deepEqual(duty.partIn("2026-04-05", night, ZONE), { from: "20:00", until: "24:00" });
  assert.deepEqual(duty.partIn("2026-04-06", night, ZONE), { from: "00:00", until: "08:00" });
  assert.equal(duty.partIn("2026-04-04", night, ZONE), null);
  assert.equal(duty.partIn("2026-04-07", night, ZONE), null);
  const midnight = shift(2, "2026-04-04T16:00:00Z", "2026-04-05T16:00:00Z");
  assert.deepEqual(duty.partIn("2026-04-05", midnight, ZONE), { from: "00:00", until: "24:00" });
  assert.equal(duty.partIn("2026-04-06", midnight, ZONE), null);
});

test("the parts of a shift add up to the shift, whatever it is", () => {
  const minutes = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  const days = duty.weekOf("2026-04-01");
  const begin = duty.startOf(days[0], ZONE).getTime();
  for (let from = 0; from < 5 * 1440; from += 431)
    for (let length = 1; length < 2 * 1440; length += 277) {
      const at = (minute) => new Date(begin + minute * 60_000).toISOString();
      const parts = days.map((day) => duty.partIn(day, shift(1, at(from), at(from + length)), ZONE)).filter((it) => it !== null);
      assert.equal(parts.reduce((sum, it) => sum + minutes(it.until) - minutes(it.from), 0), length);
    }
});

test("a week's table holds what is of the township, the first before the deputies", () => {
  const days = duty.weekOf("2026-04-01");
  const shifts = [
    shift(1, "2026-04-05T00:00:00Z", "2026-04-05T12:00:00Z", { deputy: 1 }),
    shift(2, "2026-04-05T00:00:00Z", "2026-04-06T00:00:00Z"),
    shift(3, "2026-04-05T00:00:00Z", "2026-04-05T12:00:00Z", { township: "t2" }),
    shift(4, "2026-04-03T00:00:00Z", "2026-04-03T12:00:00Z", { post: "grid" }),
  ];
  const leaves = [{ leave_id: 1, person_id: 2, name: "p2", from_at: "2026-04-05T16:00:00Z", until_at: "2026-04-06T16:00:00Z", reason: "" }];
  const gaps = [gap("t1", "2026-04-01T16:00:00Z", "2026-04-02T00:00:00Z"), gap("t2", "2026-04-01T16:00:00Z", "2026-04-02T00:00:00Z")];
  const grid = duty.weekGrid(days, POSTS, "t1", { shifts, leaves, gaps }, ZONE);
  assert.equal(grid.length, 7);
  assert.deepEqual(grid[6][2].shifts.map((it) => [it.shift.shift_id, it.from, it.until, it.away]), [[2, "08:00", "24:00", false], [1, "08:00", "20:00", false]]);
  assert.deepEqual(grid[4][0].shifts.map((it) => it.shift.shift_id), [4]);
  assert.deepEqual(grid[3][2].gaps, [{ from: "00:00", until: "08:00", on_leave: [] }]);
  assert.equal(grid.flat().flatMap((it) => it.shifts).length, 3);
  const next = duty.weekGrid(["2026-04-06"], ["station"], "t1", { shifts, leaves, gaps }, ZONE);
  assert.deepEqual(next[0][0].shifts.map((it) => [it.shift.shift_id, it.until, it.away]), [[2, "08:00", true]]);
});

test("now: everybody under their own place, the district once, what is missing first", () => {
  const places = [
    { township: "a", name: "A", probability: null, people: [on(1, "township"), on(9, "district")] },
    { township: "b", name: "B", probability: null, people: [on(9, "district")] },
  ];
  const gaps = [
    gap("b", "2026-04-05T00:00:00Z", "2026-04-05T12:00:00Z", { name: "B" }),
    gap("c", "2026-04-05T00:00:00Z", "2026-04-05T12:00:00Z", { name: "C" }),
    gap("a", "2026-04-05T12:00:00Z", "2026-04-05T13:00:00Z", { name: "A" }),
  ];
  const seen = (at) => duty.placesNow(places, gaps, at).map((it) => [it.township, it.people.map((one) => one.person_id), it.missing.length]);
  assert.deepEqual(seen("2026-04-05T00:00:00Z"), [["", [9], 0], ["b", [], 1], ["c", [], 1], ["a", [1], 0]]);
  assert.deepEqual(seen("2026-04-05T12:00:00Z"), [["", [9], 0], ["a", [1], 1], ["b", [], 0]]); // an end is not included
});

test("a telephone dials digits alone", () => {
  assert.equal(duty.telOf("023-4866 0000"), "tel:02348660000");
  assert.equal(duty.telOf("+86 138-0000-1234"), "tel:+8613800001234");
});

test("whoever is limited to townships writes for those, and not for the district", () => {
  assert.equal(duty.mayWrite([], ""), true);
  assert.equal(duty.mayWrite([], "t1"), true);
  assert.equal(duty.mayWrite(["t1"], "t1"), true);
  assert.equal(duty.mayWrite(["t1"], "t2"), false);
  assert.equal(duty.mayWrite(["t1"], ""), false);
});
