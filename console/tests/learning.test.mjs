/** Proposals of the digest: hours as people write them, ends that one may choose, and what is drawn. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, learning;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  learning = await server.ssrLoadModule("/src/lib/learning.ts");
});
after(() => server.close());

const NOW = new Date("2026-11-25T03:00:00Z");
const proposal = (more = {}) => ({
  view: { camera_id: "t1", preset: 0, x_min: 0.5, y_min: 0, x_max: 0.75, y_max: 0.5 },
  from_at: "2026-11-20T00:00:00Z",
  until_at: "2026-12-04T00:00:00Z",
  times: { from_minute: 360, to_minute: 0, weekdays: [] },
  ...more,
});

test("hours are read as people write them, midnight at both ends of the day", () => {
  for (const [text, minute] of [["0:00", 0], ["6:30", 390], ["06：30", 390], ["23:59", 1439], ["24:00", 0], [" 7:05 ", 425]]) assert.equal(learning.minuteIn(text), minute, text);
  for (const text of ["", "7", "7:5", "24:01", "25:00", "06:60", "-1:00", "6.30"]) assert.equal(learning.minuteIn(text), null, text);
  for (let minute = 0; minute < 1440; minute += 1) assert.equal(learning.minuteIn(learning.clockOf(minute)), minute);
});

test("a decision begins as it is proposed; its end is one that the person may choose", () => {
  const decision = learning.decisionOf(proposal(), learning.LASTS_DAYS.monitor);
  assert.deepEqual(decision, { days: 14, narrow: true, from: "06:00", to: "00:00", note: "" });
  const long = proposal({ until_at: "2027-11-20T00:00:00Z" });
  assert.equal(learning.decisionOf(long, learning.LASTS_DAYS.monitor).days, 14);
  assert.equal(learning.decisionOf(long, learning.LASTS_DAYS.admin).days, 365);
  assert.equal(learning.decisionOf(proposal({ until_at: "2026-11-20T06:00:00Z" }), learning.LASTS_DAYS.admin).days, 1);
  const always = learning.decisionOf(proposal({ times: { from_minute: null, to_minute: null, weekdays: [] } }), [7]);
  assert.deepEqual([always.narrow, always.from, always.to], [false, "", ""]);
});

test("what is sent says the hours, 0 included, and none for the whole day", () => {
  const decision = { ...learning.decisionOf(proposal(), [14]), note: " 砖厂 " };
  const sent = learning.acceptanceOf(decision, NOW);
  assert.deepEqual(sent, { note: "砖厂", until_at: "2026-12-09T02:59:00.000Z", times: { from_minute: 360, to_minute: 0 } });
  assert.deepEqual(learning.acceptanceOf({ ...decision, narrow: false }, NOW).times, { from_minute: null, to_minute: null });
  assert.equal(learning.acceptanceOf({ ...decision, to: "6:00" }, NOW), null, "hours of no time");
  assert.equal(learning.acceptanceOf({ ...decision, from: "early" }, NOW), null);
});

test("hours are shown, midnight too; the whole day is none", () => {
  assert.equal(learning.hoursOf({ from_minute: 0, to_minute: 90, weekdays: [] }), "00:00–01:30");
  assert.equal(learning.hoursOf({ from_minute: null, to_minute: null, weekdays: [] }), "");
});

test("what was seen and what would be held are drawn in the pixels of the picture", () => {
  const sample = { alert_id: 7, index: 0, captured_at: "2026-11-24T03:00:00Z", width_px: 640, height_px: 360, box: [0, 0.25, 0.5, 1] };
  const picture = learning.pictureOf(sample);
  assert.equal(picture.url, "/api/alerts/7/evidence/0.jpg");
  const { x_min, y_min, x_max, y_max } = picture.boxes[0];
  assert.deepEqual([x_min, y_min, x_max, y_max], [0, 90, 320, 360]);
  const place = learning.placeIn(proposal(), sample);
  assert.deepEqual([place.x_min, place.y_min, place.x_max, place.y_max], [320, 0, 480, 180]);
});

test("days begin and end by the site's clock", () => {
  assert.equal(learning.edgeOf("Asia/Shanghai", "2026-11-25", false), "2026-11-24T16:00:00.000Z");
  assert.equal(learning.edgeOf("Asia/Shanghai", "2026-11-25", true), "2026-11-25T16:00:00.000Z");
  assert.equal(learning.edgeOf("Asia/Shanghai", " ", true), null);
  for (const text of ["2026-02-30", "25.11.2026", "2026-11", "x"]) assert.equal(learning.edgeOf("Asia/Shanghai", text, false), undefined, text);
});
