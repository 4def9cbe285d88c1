/** What came of a replay: the same as its report says, and drawn as it was. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createServer } from "vite";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
/** What the server's own report says of the same result; see tests/detector/report/test_console.py. */
const told = read("../../tests/fixtures/replay_console.json");
const words = { zh: read("../src/i18n/zh.json"), en: read("../src/i18n/en.json") };

let server, numbers, recordings, reasons, timeline, charts, boxes, changes, short;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [numbers, recordings, reasons, timeline, charts, boxes, changes, short] = await Promise.all(
    ["Numbers", "Recordings", "Reasons", "Timeline", "Charts", "Boxes", "Changes", "Short"].map((name) => server.ssrLoadModule(`/src/lib/replay${name}.ts`)),
  );
});
after(() => server.close());

const say = (language, key, values = {}) => {
  const text = key.split(".").reduce((node, step) => node[step], words[language]);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
};
const unit = (language, it) => (it.unit === "" ? it.n : say(language, `replay_result.unit.${it.unit}`, { n: it.n }));
const rows = () => recordings.recordingsOf(told.result, []);
const threshold = () => recordings.thresholdOf(told.result);
const row = (more) => ({ from_s: 0, until_s: 600, frames: [], size_px: [100, 50], boxes: [], ignored: [], alerts: [], fires: [], ...more });
const frame = (at_s, more = {}) => ({ at_s, captured_at: "", refused: "", smoke: 0, flame: 0, log_odds: null, found: [], ...more });

function reasonOf(language, item) {
  if (item.alert === null) return item.why.map((it) => say(language, `replay_result.why.${it.key}`, reasons.whyValues(it))).join(" ");
  const { key, values, span } = reasons.alertWhy(item.alert, threshold());
  const findings = item.alert.findings.map((it) => words[language].finding[it] ?? it).join(words[language].replay_result.list);
  return say(language, `replay_result.why.${key}`, { ...values, span: unit(language, span), label: words[language].label[item.label], findings });
}

test("misses and false alarms are those of the report, in its order, with its pictures and its words", () => {
  const items = reasons.galleryOf(rows(), threshold());
  assert.equal(items.length, told.gallery.length);
  items.forEach((item, index) => {
    const theirs = told.gallery[index];
    assert.equal(item.kind, theirs.kind);
    assert.equal(item.recording.name, theirs.recording);
    assert.equal(item.fire?.name ?? "", theirs.fire);
    assert.equal(item.at_s, theirs.at_s);
    assert.equal(item.label, theirs.label);
    assert.equal(item.is_share, theirs.is_share);
    assert.deepEqual(item.box === null ? null : [item.box.x_min, item.box.y_min, item.box.x_max, item.box.y_max], theirs.box);
    for (const language of ["zh", "en"]) assert.equal(reasonOf(language, item), theirs.reason[language]);
  });
});

test("every figure reads as in the report, in both languages", () => {
  for (const it of told.result.figures.headline)
    for (const language of ["zh", "en"]) {
      assert.equal(unit(language, numbers.measured(it, it.value)), told.headline[it.name].value[language], it.name);
      const ends = it.low === null || it.high === null ? "" : say(language, "replay_result.range", { low: unit(language, numbers.measured(it, it.low)), high: unit(language, numbers.measured(it, it.high)) });
      assert.equal(ends, told.headline[it.name].interval[language], it.name);
    }
  assert.equal(Object.keys(told.headline).length, told.result.figures.headline.length);
});

test("every figure and every part has words in both languages", () => {
  for (const language of ["zh", "en"]) {
    for (const it of told.result.figures.headline) assert.ok(words[language].replay_result.measure[it.name]?.means, it.name);
    for (const it of told.result.figures.slices) assert.ok(words[language].replay_result.by[it.by], it.by);
  }
});

test("zero is a value, nothing is a dash, and a sign is that of mathematics", () => {
  const rate = { name: "false_alarms_per_camera_day", unit: "1/camera-day" };
  assert.deepEqual(numbers.measured(rate, 0), { unit: "", n: "0" });
  assert.deepEqual(numbers.measured(rate, null), { unit: "", n: "–" });
  assert.deepEqual(numbers.measured({ name: "event_recall", unit: "" }, -0.111, true), { unit: "percent", n: "−11.1" });
  assert.deepEqual(numbers.measured({ name: "event_recall", unit: "" }, 0.00001, true), { unit: "percent", n: "0.0" });
  assert.deepEqual(numbers.measured({ name: "time_to_detect_frames", unit: "frames" }, -1, true), { unit: "frame", n: "−1" });
  assert.deepEqual(numbers.duration(119), { unit: "s", n: "119" });
  assert.deepEqual(numbers.duration(-150, true), { unit: "min", n: "−2.5" });
  assert.deepEqual(numbers.length(1234), { unit: "km", n: "1.23" });
  assert.deepEqual(numbers.moment(0), { unit: "", n: "0" });
  assert.equal(numbers.rounded(1234567.8, 3), "1,234,568");
  assert.equal(numbers.rounded(0.0001234, 3), "0.000123");
  assert.equal(numbers.counted(12345), "12,345");
});

test("recordings carry their verdicts, know their footage, and those with troubles come first", () => {
  const [ridge, valley, quiet] = recordings.recordingsOf(told.result, [{ footage_id: 7, name: "valley", sha256: "", truth_version: 1 }]);
  assert.deepEqual([ridge.footage_id, valley.footage_id, quiet.footage_id], [null, 7, null]);
  assert.deepEqual(ridge.alerts.map((it) => it.verdict), ["early", "right"]);
  assert.deepEqual(valley.fires.map((it) => it.outcome), ["missed", "unseen"]);
  assert.deepEqual([ridge.troubles, valley.troubles, quiet.troubles], [1, 1, 1]);
  assert.equal(ridge.from_s, -600);
  const calm = { ...quiet, name: "calm", troubles: 0 };
  assert.deepEqual(recordings.sorted([calm, ridge], "all").map((it) => it.name), ["ridge", "calm"]);
  assert.deepEqual(recordings.sorted([calm, ridge], "quiet").map((it) => it.name), ["calm"]);
  assert.deepEqual(recordings.sorted([calm, ridge, valley], "fire", "RID").map((it) => it.name), ["ridge"]);
});

test("a result without figures of a recording, or without settings, judges nothing", () => {
  const bare = { ...told.result, run: { ...told.result.run, settings: { evidence: null } }, figures: { ...told.result.figures, sequences: [] } };
  const [ridge] = recordings.recordingsOf(bare, []);
  assert.deepEqual(ridge.alerts.map((it) => it.verdict), ["unjudged", "unjudged"]);
  assert.deepEqual(ridge.fires.map((it) => it.outcome), ["unseen"]);
  assert.equal(recordings.thresholdOf(bare), null);
});

test("settings stand by their full names, whatever they are", () => {
  const flat = recordings.flatSettings({ b: { y: [1, 2], x: 0 }, a: "text", c: null });
  assert.deepEqual([...flat], [["a", "text"], ["b.x", "0"], ["b.y", "[1,2]"], ["c", "null"]]);
});

test("why a fire was missed: not looked at, nothing found, too weak, or elsewhere", () => {
  const missed = (frames, limit = 2) => reasons.whyMissed(frames, limit).map((it) => it.key);
  assert.deepEqual(missed([]), ["unlooked"]);
  assert.deepEqual(missed([frame(0, { refused: "black" })]), ["refused"]);
  assert.deepEqual(missed([frame(0), frame(60, { refused: "black" })]), ["nothing", "refused"]);
  assert.deepEqual(missed([frame(0, { log_odds: 0 })]), ["weak"]);
  assert.deepEqual(missed([frame(0, { log_odds: -3 })], null), ["weak_open"]);
  assert.deepEqual(missed([frame(0, { log_odds: 2 })]), ["elsewhere"]);
});

test("a fire burns from first sight until it is out", () => {
  const fire = { first_visible_s: 0, until_s: 60 };
  assert.deepEqual([-1, 0, 59, 60].map((at_s) => reasons.burns(fire, at_s)), [false, true, true, false]);
  assert.ok(reasons.burns({ first_visible_s: 0, until_s: null }, 1e9));
  assert.ok(!reasons.burns({ first_visible_s: null, until_s: null }, 0));
});

test("each frame stands until the next one, and not where none was taken", () => {
  const columns = timeline.columnsOf(row({ until_s: 2400, frames: [frame(0, { smoke: 0.5 }), frame(60, { smoke: 1, log_odds: 3 }), frame(120, { refused: "black" }), frame(180, { flame: 0.2 }), frame(2400, { smoke: 0.3 })] }));
  assert.equal(columns.count, 240);
  assert.deepEqual(columns.smoke.slice(0, 13), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1, 1, 1, 0]);
  assert.deepEqual(columns.refused.slice(11, 19), [false, true, true, true, true, true, true, false]);
  assert.deepEqual([columns.flame[18], columns.flame[29], columns.flame[30]], [0.2, 0.2, 0]);
  assert.equal(columns.smoke.at(-1), 0.3);
  assert.deepEqual([columns.log_odds[5], columns.log_odds[6]], [null, 3]);
});

test("a recording of one frame, or of none, is drawn too", () => {
  const one = timeline.columnsOf(row({ until_s: 0, frames: [frame(0, { smoke: 1 })] }));
  assert.equal(one.smoke[0], 1);
  assert.equal(timeline.columnsOf(row({ until_s: 0 })).smoke.every((it) => it === 0), true);
  assert.equal(timeline.frameAt([], 3), -1);
});

test("bars of equal neighbours are one, nothing is drawn for nothing, and evidence breaks where nothing was followed", () => {
  assert.equal(timeline.barsOf([0, 0.5, 0.5, 1.2]), "M1 100v-50h2V100zM3 100v-100h1V100z");
  assert.equal(timeline.evidenceLine([null, 1, 2, null, 9], 4), "M1 75.0L2 75.0L2 50.0L3 50.0M4 0.0L5 0.0");
  const most = (log_odds, limit) => timeline.mostEvidence({ log_odds }, limit);
  assert.equal(most([null], 2), 3);
  assert.equal(most([5], 2), 5);
  assert.equal(most([500], 2), 8);
  assert.equal(most([500], null), 500);
});

test("the nearest frame is found, and keys lead to others and never beyond the ends", () => {
  const frames = [0, 10, 25, 60].map((at_s) => frame(at_s));
  assert.deepEqual([-9, 4, 6, 17, 18, 900].map((at_s) => timeline.frameAt(frames, at_s)), [0, 0, 1, 1, 2, 3]);
  assert.equal(timeline.stepped("ArrowRight", false, 3, 4), 3);
  assert.equal(timeline.stepped("ArrowLeft", true, 15, 40), 5);
  assert.equal(timeline.stepped("End", false, 0, 4), 3);
  assert.equal(timeline.stepped("Home", false, 2, 4), 0);
  assert.equal(timeline.stepped("x", false, 2, 4), null);
});

test("a frame of the library is the one of its time, and no other", () => {
  const frames = [{ number: 4, at_s: 10.0 }, { number: 5, at_s: 10.04 }];
  assert.equal(timeline.numberOf(frames, 10.0399999), 5);
  assert.equal(timeline.numberOf(frames, 10.2), null);
  assert.equal(timeline.numberOf([], 0), null);
});

test("what lies in a frame: alerts on top, people's boxes of its time, regions of its time, strong finds", () => {
  const box = { x_min: 10, y_min: 5, x_max: 20, y_max: 10 };
  const it = row({
    frames: [frame(0, { found: [{ label: "smoke", score: 0.9, ...box }, { label: "flame", score: 0.1, ...box }] }), frame(60)],
    boxes: [{ at_s: 0.04, label: "smoke", fire: "", x_min: 0.1, y_min: 0.1, x_max: 0.2, y_max: 0.2 }, { at_s: 60, label: "smoke", fire: "", x_min: 0, y_min: 0, x_max: 1, y_max: 1 }],
    ignored: [{ span: { from_s: 0, until_s: 60 }, why: "", x_min: 0, y_min: 0, x_max: 0.5, y_max: 1 }],
    alerts: [{ frame: 0, label: "smoke", box }],
  });
  assert.deepEqual(boxes.boxesOf(it, 0).map((one) => one.kind), ["ignored", "found", "truth", "alert"]);
  assert.deepEqual(boxes.boxesOf(it, 1).map((one) => one.kind), ["truth"]);
  assert.deepEqual(boxes.boxesOf(it, 9), []);
  const alert = boxes.boxesOf(it, 0).at(-1);
  assert.deepEqual([alert.x_min, alert.y_min, alert.x_max, alert.y_max], [0.1, 0.1, 0.2, 0.2]);
  assert.deepEqual(boxes.boxesOf({ ...it, size_px: [0, 0] }, 0).map((one) => one.kind), ["ignored", "truth"]);
});

test("the part around a box lies inside the picture", () => {
  const at = (x, y, half, kind = "alert") => ({ kind, label: "smoke", x_min: x - half, y_min: y - half, x_max: x + half, y_max: y + half });
  assert.equal(boxes.cropOf([at(0.5, 0.5, 0.1, "ignored")]), null);
  for (const [x, y, half] of [[0.01, 0.99, 0.01], [0.5, 0.5, 0.5], [0.9, 0.2, 0.05]]) {
    const crop = boxes.cropOf([at(x, y, half)]);
    assert.ok(crop.x >= 0 && crop.y >= 0 && crop.x + crop.side <= 1 + 1e-9 && crop.y + crop.side <= 1 + 1e-9);
    assert.ok(crop.side >= 0.12);
  }
});

test("curves: points that cannot be placed are left out, the run stands where its headline says", () => {
  const figures = {
    headline: [{ name: "false_alarms_per_camera_day", value: 0 }, { name: "event_recall", value: 0.5 }],
    curves: { precision_recall: { smoke: [[0.1, 1, 0.9], [null, 1, 0.5], [0.4, 0.7, 0.05], [0.6, 0.2, 0.01]] }, reliability: {}, froc: [[0, 0.5, 3]] },
  };
  const run = { name: "a", figures, floor_score: 0.05 };
  const label = (it) => it;
  const [smoke] = charts.linesOf("precision_recall", [run], { label });
  assert.deepEqual(smoke.points, [[0.1, 1, 0.9], [0.4, 0.7, 0.05], [0.6, 0.2, 0.01]]);
  assert.deepEqual(smoke.now, [0.4, 0.7, 0.05]);
  assert.deepEqual(charts.linesOf("reliability", [run], { label }), []);
  const [froc] = charts.linesOf("froc", [run], { label });
  assert.deepEqual(froc.now, [0, 0.5, null]);
  assert.deepEqual(charts.rateAxis([froc]), { low: 0.1, high: 1, holds_less: true });
  const two = charts.linesOf("froc", [run, { ...run, name: "b" }], { label });
  assert.deepEqual(two.map((it) => [it.name, it.is_dashed]), [["a", false], ["b", true]]);
  assert.notEqual(two[0].colour, two[1].colour);
});

test("axes of rates are powers of ten about what is drawn", () => {
  const axis = (...rates) => charts.rateAxis([{ points: rates.map((it) => [it, 0.5, 0]), now: null }]);
  assert.deepEqual(axis(0.3, 45), { low: 0.1, high: 100, holds_less: false });
  assert.deepEqual(axis(1e-9, 1e9), { low: 1e-4, high: 1e4, holds_less: true });
  assert.deepEqual(charts.rateAxis([]), { low: 0.1, high: 1, holds_less: false });
});

test("the drawing of a curve keeps what 0 stands for, and a table of it keeps both ends", () => {
  const chart = charts.chartOf("froc", [{ name: "a", figures: told.result.figures, floor_score: 0.05 }], { across: "x", up: "y", weight: "w", label: (it) => it, now: "now", ideal: "ideal" });
  const [line, ring] = chart.option.series;
  assert.deepEqual(line.data.map((it) => it[3]), told.result.figures.curves.froc.map((it) => it[0]));
  assert.ok(line.data.every((it) => it[0] >= chart.option.xAxis.min));
  assert.equal(ring.type, "scatter");
  assert.equal(chart.option.tooltip.renderMode, "richText");
  const points = Array.from({ length: 500 }, (_, index) => index);
  assert.deepEqual([charts.thinned(points).length, charts.thinned(points)[0], charts.thinned(points).at(-1)], [21, 0, 499]);
  assert.deepEqual(charts.thinned([1, 2]), [1, 2]);
});

test("what the second run lost and gained, each with the run that tells why", () => {
  const side = (result) => ({ rows: recordings.recordingsOf(result, []), threshold: recordings.thresholdOf(result) });
  const [first, second] = [side(told.result), side(told.second)];
  const all = changes.changesOf(told.comparison, first, second);
  assert.deepEqual(all.fires_lost.map((it) => [it.item.recording.name, it.item.fire.name, it.item.kind]), [["ridge", "north slope", "missed"]]);
  assert.deepEqual(all.fires_gained.map((it) => [it.item.recording.name, it.item.fire.name, it.item.alert.frame]), [["valley", "barn", 10]]);
  assert.deepEqual(all.false_gained.map((it) => [it.item.recording.name, it.item.at_s]), [["valley", 1500]]);
  assert.deepEqual(all.false_lost.map((it) => it.item.recording.name).sort(), ["quiet", "ridge"]);
  const pairs = changes.pairsOf(all, first, second);
  assert.deepEqual(pairs.map((it) => [it.first.name, it.changed]), [["ridge", true], ["valley", true], ["quiet", true]]);
  const none = changes.changesOf({ fires: { gained: [{ sequence: "gone", fire: "x" }], lost: [] }, false_alarms: { gained: [{ sequence: "ridge", alert: 99, at_s: 0 }], lost: [] } }, first, second);
  assert.deepEqual([none.fires_gained, none.false_gained], [[], []]);
});

test("in short: what was found, how often for nothing, and why to be careful", () => {
  const said = short.sentencesOf(told.result);
  assert.deepEqual(said.map((it) => it.key), ["fires", "delay", "false_rate", "early", "few", "unseen", "refused"]);
  assert.deepEqual(said[0].values, { found: "1", visible: "2" });
  assert.deepEqual(said.at(-1).why, ["corrupt", "frozen"]);
  for (const language of ["zh", "en"]) for (const it of said) assert.ok(words[language].replay_result.short[it.key], it.key);
  const drill = { ...told.result, run: { ...told.result.run, footage: told.result.run.footage.map((it) => ({ ...it, is_drill: true })) } };
  assert.deepEqual(short.sentencesOf(drill)[0], { key: "drill", values: { count: "3", all: "3" } });
  const nothing = { ...told.result, figures: { ...told.result.figures, sequences: [], headline: [], counts: { camera_days: 1 } } };
  assert.deepEqual(short.sentencesOf(nothing).map((it) => it.key), ["no_fires", "no_false"]);
});
