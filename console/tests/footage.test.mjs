/** The library of footage: boxes, truths and their faults, two people's work brought together, times, drafts. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, box, truth, merge, time, saved, cut;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [box, truth, merge, time, saved, cut] = await Promise.all(["Box", "Truth", "Merge", "Time", "Saved", "Cut"].map((name) => server.ssrLoadModule(`/src/lib/footage${name}.ts`)));
});
after(() => server.close());

const smoke = (at_s, sides = [0.1, 0.1, 0.2, 0.2], fire = "a", label = "smoke") => ({ at_s, label, box: sides, fire });
const labelled = () => {
  let it = truth.withFire(truth.NOTHING, truth.fireNamed("a", 1));
  it = truth.withBox(it, smoke(2));
  return truth.withBox(it, smoke(1));
};

test("a box is spanned from any corner, stays in the picture, and a slip of the hand is none", () => {
  assert.deepEqual(box.spanned([0.6, 0.7], [0.2, 0.1]), [0.2, 0.1, 0.6, 0.7]);
  assert.deepEqual(box.spanned([-1, -1], [2, 0.5]), [0, 0, 1, 0.5]);
  assert.equal(box.spanned([0.5, 0.5], [0.501, 0.9]), null);
});

test("a box keeps its size at the edge, and an edge stops short of the opposite one", () => {
  assert.deepEqual(box.moved([0.1, 0.1, 0.3, 0.2], 0.9, -0.5), [0.8, 0, 1, 0.1]);
  assert.deepEqual(box.pulled([0.1, 0.1, 0.3, 0.2], "e", [0, 0.9]), [0.1, 0.1, 0.102, 0.2]);
  assert.deepEqual(box.pulled([0.1, 0.1, 0.3, 0.2], "nw", [0.05, -1]), [0.05, 0, 0.3, 0.2]);
  for (const handle of box.HANDLES) {
    for (const at of [[-1, -1], [0, 1], [0.5, 0.5], [2, 2]]) {
      const [x1, y1, x2, y2] = box.pulled([0.4, 0.4, 0.6, 0.6], handle, at);
      assert.ok(0 <= x1 && x1 < x2 && x2 <= 1 && 0 <= y1 && y1 < y2 && y2 <= 1, `${handle} ${at}`);
    }
  }
  assert.deepEqual(box.handleAt([0, 0, 1, 0.5], "s"), [0.5, 0.5]);
});

test("boxes stand by time at boxed frames, and a frame that is none loses its own", () => {
  const it = labelled();
  assert.deepEqual(it.boxes.map((one) => one.at_s), [1, 2]);
  assert.deepEqual(it.boxed_at_s, [1, 2]);
  assert.deepEqual(truth.boxesAt(it, 2).map((one) => one.index), [1]);
  const less = truth.boxed(it, 1, false);
  assert.deepEqual([less.boxes.length, less.boxed_at_s], [1, [2]]);
  const empty = truth.boxed(it, 0, true);
  assert.deepEqual([truth.isBoxed(empty, 0), truth.boxesAt(empty, 0)], [true, []]);
  assert.deepEqual(truth.boxesAt(truth.copiedFrom(it, 3), 3).map(({ box: one }) => [one.at_s, one.fire]), [[3, "a"]]);
  assert.equal(truth.copiedFrom(it, 1), it, "nothing was boxed before");
  assert.equal(truth.withoutBox(it, 0).boxes[0].at_s, 2);
});

test("a fire takes its boxes to its new name, and leaves them without one when it goes", () => {
  const it = truth.changedFire(labelled(), "a", { name: "b", ignition_s: 0 });
  assert.deepEqual(it.boxes.map((one) => one.fire), ["b", "b"]);
  assert.equal(it.fires[0].ignition_s, 0);
  assert.deepEqual(truth.withoutFire(it, "b").boxes.map((one) => one.fire), ["", ""]);
  assert.equal(truth.freshName(truth.withFire(it, truth.fireNamed("x1", 0)), "x"), "x2");
});

test("what contradicts itself stops a save, what looks odd is told", () => {
  const codes = (it, nothing = false) => truth.faultsOf(it, nothing).map((one) => `${one.code}${one.stops ? "!" : ""}`);
  assert.deepEqual(codes(truth.NOTHING), ["nothing_unsaid!"]);
  assert.deepEqual(codes(truth.NOTHING, true), []);
  assert.deepEqual(codes(truth.withBox(truth.NOTHING, smoke(0, undefined, "")), true), ["no_fire!"]);
  assert.deepEqual(codes(labelled()), []);
  const change = (part) => codes(truth.changedFire(labelled(), "a", part));
  assert.deepEqual(change({ ignition_s: 1.5 }), ["fire_order!"]);
  assert.deepEqual(change({ ignition_s: 1, first_visible_s: 1, clear_s: 1, until_s: 3 }), [], "at one moment is in order");
  assert.deepEqual(change({ first_visible_s: 2 }), ["box_early"]);
  assert.deepEqual(change({ until_s: 2 }), ["box_late"]);
  assert.deepEqual(change({ first_visible_s: null, clear_s: 5 }), ["clear_unseen!", "box_unseen"]);
  assert.deepEqual(change({ name: " " }), ["fire_name!"]);
  assert.deepEqual(codes(truth.withFire(labelled(), truth.fireNamed("a", 0))), ["fire_twice!"]);
  assert.deepEqual(codes(truth.withBox(labelled(), smoke(3, undefined, ""))), ["box_of_none"]);
  assert.deepEqual(codes(truth.withIgnored(labelled(), { from_s: 3, until_s: 3, box: truth.WHOLE, why: "" })), ["ignored_span!"]);
});

test("what is ignored holds from its beginning until before its end", () => {
  const one = { from_s: 0, until_s: 2, box: truth.WHOLE, why: "" };
  assert.deepEqual([-0.1, 0, 1.9, 2].map((at_s) => truth.holds(one, at_s)), [false, true, true, false]);
  assert.ok(truth.holds({ ...one, until_s: null }, 1e6));
  const it = truth.changedIgnored(truth.withIgnored(truth.NOTHING, one), 0, { why: "lens" });
  assert.deepEqual([it.ignored[0].why, truth.isWhole(it.ignored[0].box), truth.withoutIgnored(it, 0).ignored], ["lens", true, []]);
});

test("two people's work is brought together, and what both changed stays ours and is told", () => {
  const base = labelled();
  const ours = truth.withBox(truth.changedFire(base, "a", { clear_s: 2 }), smoke(3));
  const theirs = truth.withIgnored(truth.boxed(truth.withFire(base, truth.fireNamed("b", 5)), 9, true), { from_s: 0, until_s: 1, box: truth.WHOLE, why: "" });
  const both = merge.merged(base, ours, theirs);
  assert.deepEqual([both.clashing_frames, both.clashing_fires], [[], []]);
  assert.deepEqual(both.truth.boxed_at_s, [1, 2, 3, 9]);
  assert.deepEqual(both.truth.fires.map((it) => [it.name, it.clear_s]), [["a", 2], ["b", null]]);
  assert.equal(both.truth.ignored.length, 1);
  assert.deepEqual(merge.changesOf(base, theirs), { frames: [9], fires_new: ["b"], fires_changed: [], fires_gone: [], ignored_new: 1, ignored_gone: 0 });
  assert.ok(merge.isNoChange(merge.changesOf(base, { ...base })));
  assert.ok(!merge.isNoChange(merge.changesOf(null, base)));

  const mine = truth.changedBox(truth.changedFire(base, "a", { until_s: 8 }), 0, { box: [0, 0, 0.5, 0.5] });
  const other = truth.withoutBox(truth.changedFire(base, "a", { until_s: 9 }), 0);
  const clash = merge.merged(base, mine, other);
  assert.deepEqual([clash.clashing_frames, clash.clashing_fires], [[1], ["a"]]);
  assert.deepEqual([clash.truth.fires[0].until_s, clash.truth.boxes[0].box], [8, [0, 0, 0.5, 0.5]]);
  const same = merge.merged(base, mine, mine);
  assert.deepEqual([same.clashing_frames, same.truth.boxes.length], [[], 2], "the same change is no clash");
});

test("boxes of a fire that is gone belong to none when both are brought together", () => {
  const base = labelled();
  const both = merge.merged(base, truth.withBox(base, smoke(4)), truth.withoutFire(base, "a"));
  assert.deepEqual(both.truth.fires, []);
  assert.deepEqual(both.truth.boxes.map((it) => it.fire), ["", "", ""]);
  assert.deepEqual(merge.merged(null, base, null).truth, base);
});

test("whatever two people do, what one of them left alone is as the other made it", () => {
  // A small congruential draw: the same cases each time.
  let seed = 7;
  const draw = (count) => (seed = (seed * 1103515245 + 12345) % 2147483648) % count;
  const random = (it) => {
    for (let step = draw(4); step > 0; step -= 1) {
      const at_s = draw(4);
      it = [() => truth.withBox(it, smoke(at_s)), () => truth.boxed(it, at_s, false), () => truth.boxed(it, at_s, true), () => truth.changedFire(it, "a", { until_s: 10 + at_s })][draw(4)]();
    }
    return it;
  };
  const look = (it, at_s) => JSON.stringify([truth.isBoxed(it, at_s), truth.boxesAt(it, at_s).map((one) => one.box)]);
  for (let round = 0; round < 300; round += 1) {
    const base = random(labelled());
    const [ours, theirs] = [random(base), random(base)];
    const { truth: both, clashing_frames } = merge.merged(base, ours, theirs);
    for (const at_s of [0, 1, 2, 3]) {
      const wanted = look(ours, at_s) === look(base, at_s) ? theirs : ours;
      assert.equal(look(both, at_s), look(wanted, at_s));
      assert.ok(both.boxes.filter((it) => it.at_s === at_s).length === 0 || both.boxed_at_s.includes(at_s));
      if (clashing_frames.includes(at_s)) assert.notEqual(look(theirs, at_s), look(base, at_s));
    }
  }
});

test("times read as a clock from the zero of the recording, and are read back", () => {
  assert.deepEqual([0, 7.25, 59.999, -600, 3727, -0.001].map(time.clockOf), ["0:00.0", "0:07.25", "1:00.0", "-10:00.0", "1:02:07.0", "0:00.0"]);
  assert.deepEqual(["75", "1:15", "-10:00", "1:02:07.5", "0", "-0"].map(time.secondsIn), [75, 75, -600, 3727.5, 0, 0]);
  for (const wrong of ["", "x", "1:75", "1:60:00", "1:2:3:4", "--1", "1e3"]) assert.equal(time.secondsIn(wrong), null, wrong);
  for (const at_s of [0, 0.5, 61.25, -3599.9, 7322.2]) assert.equal(time.secondsIn(time.clockOf(at_s)), at_s);
});

test("frames are spread evenly from one to the last, each once", () => {
  assert.deepEqual(time.spread(0, 10, 4), [0, 3, 6, 9]);
  assert.deepEqual(time.spread(7, 10, 60), [7, 8, 9]);
  assert.deepEqual([time.spread(9, 10, 5), time.spread(10, 10, 5), time.spread(0, 1, 1), time.spread(3, 9, 1)], [[9], [], [0], [3]]);
  const many = time.spread(0, 437, 60);
  assert.equal(new Set(many).size, 60);
  assert.equal(many.at(-1), 436);
});

test("a place on the line is between the first and the last frame, also of a single one", () => {
  assert.equal(time.shareOf(0, { first_at_s: -600, last_at_s: 600 }), 0.5);
  assert.equal(time.shareOf(900, { first_at_s: -600, last_at_s: 600 }), 1);
  assert.equal(time.shareOf(5, { first_at_s: 5, last_at_s: 5 }), 0);
});

test("a proposal is shown frame by frame, also where it saw nothing", () => {
  const proposal = { frames: [0, 8], at_s: [0, 2], boxes: [{ at_s: 2, label: "smoke", score: 0.8, box: [0, 0, 1, 1] }] };
  assert.deepEqual(time.framesOf(proposal).map((it) => [it.number, it.boxes.map((one) => one.index)]), [[0, []], [8, [0]]]);
  assert.deepEqual([900, 843_000, 2_100_000_000, 999_600].map(time.sizeOf), ["1 kB", "843 kB", "2.1 GB", "1 MB"]);
});

test("a draft comes back from its shelf, and what is none or does not fit there is told", () => {
  const kept = new Map();
  const shelf = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key) };
  const key = saved.keyOf("li", 7);
  assert.notEqual(key, saved.keyOf("wang", 7), "a draft is a person's");
  assert.equal(saved.loadDraft(shelf, key), null);
  const draft = { base: 0, truth: labelled(), nothing: false, note: "" };
  assert.ok(saved.putDraft(shelf, key, draft));
  assert.deepEqual(saved.loadDraft(shelf, key), draft);
  for (const broken of ["{", "null", "3", JSON.stringify({ ...draft, base: null }), JSON.stringify({ ...draft, truth: { ...draft.truth, boxes: [{ at_s: 0, box: [1, 2, 3], fire: "" }] } })]) {
    kept.set(key, broken);
    assert.equal(saved.loadDraft(shelf, key), null, broken);
  }
  assert.ok(saved.putDraft(shelf, key, null));
  assert.equal(kept.size, 0);
  const full = { ...shelf, setItem: () => { throw new Error("quota"); } };
  assert.equal(saved.putDraft(full, key, draft), false);
});

test("a cut begins at a minute or at a second of the site's clock", () => {
  const zone = "Asia/Shanghai";
  assert.equal(cut.minuteWritten(zone, "2026-04-05 13:10").toISOString(), "2026-04-05T05:10:00.000Z");
  assert.equal(cut.minuteWritten(zone, " 2026-04-05 13:10:30 ").toISOString(), "2026-04-05T05:10:30.000Z");
  for (const wrong of ["", "2026-04-05", "2026-04-05 13:10:60", "2026-02-30 13:10", "13:10"]) assert.equal(cut.minuteWritten(zone, wrong), null, wrong);
});
