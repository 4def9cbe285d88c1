/** The pure parts of the live view and the wall, loaded through Vite as the page loads them. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server;
let boxes, edge, wall;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  const load = (path) => server.ssrLoadModule(path);
  [boxes, edge, wall] = await Promise.all([
    load("/src/lib/liveBoxes.ts"),
    load("/src/lib/liveEdge.ts"),
    load("/src/lib/wall.ts"),
  ]);
});
after(() => server.close());

function box(kind, body) {
  const out = Buffer.alloc(8 + body.length);
  out.writeUInt32BE(out.length);
  out.write(kind, 4, "latin1");
  Buffer.from(body).copy(out, 8);
  return out;
}

test("boxes come out whole, however the network cuts them", () => {
  const said = { state: "playing", now: 1795660798000, codec: "avc1.640028" };
  const stream = Buffer.concat([box("free", JSON.stringify(said)), box("moov", "abc"), box("mdat", "")]);
  for (const size of [1, 2, 7, 8, 9, 1000]) {
    const splitter = new boxes.BoxSplitter();
    const found = [];
    for (let at = 0; at < stream.length; at += size)
      found.push(...splitter.push(new Uint8Array(stream.subarray(at, at + size))));
    assert.deepEqual(found.map((it) => it.kind), ["free", "moov", "mdat"]);
    assert.deepEqual(boxes.noteOf(found[0]), said);
    assert.deepEqual(Buffer.from(found[1].data), box("moov", "abc"));
  }
  for (const size of [0, 7, 0x7fffffff]) {
    const broken = Buffer.alloc(8);
    broken.writeUInt32BE(size);
    assert.throws(() => new boxes.BoxSplitter().push(new Uint8Array(broken)), RangeError);
  }
});

test("a picture's moment is told by the last reference before it", () => {
  const body = Buffer.alloc(24);
  body.writeUInt32BE(0x01000018, 0);
  body.writeUInt32BE(1, 4);
  // 2026-11-26 04:00:00.500 UTC in seconds since 1900, and ten seconds of video.
  body.writeUInt32BE(Date.UTC(2026, 10, 26, 4) / 1000 + 2208988800, 8);
  body.writeUInt32BE(0x80000000, 12);
  body.writeBigUInt64BE(900000n, 16);
  const first = boxes.referenceOf({ kind: "prft", data: new Uint8Array(box("prft", body)) });
  assert.deepEqual(first, { media_s: 10, made_ms: Date.UTC(2026, 10, 26, 4, 0, 0, 500) });
  const jumped = { media_s: 12, made_ms: first.made_ms + 60_000 };
  assert.equal(boxes.madeAt([first, jumped], 11.5), first.made_ms + 1500);
  assert.equal(boxes.madeAt([first, jumped], 12), jumped.made_ms);
  assert.equal(boxes.madeAt([first], 9), null);
});

test("a player stays shortly behind the newest picture", () => {
  const at = (now_s) => edge.edgeOf(100, 110, now_s, 0.4);
  assert.deepEqual(at(109.5), { seek_s: null, rate: 1 });
  assert.equal(at(109.0).rate > 1, true);
  assert.equal(at(109.0).seek_s, null);
  assert.equal(at(105).seek_s, 109.6);
  assert.equal(at(20).seek_s, 109.6); // what was seen was of a connection that is over
  assert.equal(at(150).seek_s, 109.6);
  assert.equal(edge.edgeOf(109.9, 110, 0, 0.4).seek_s, 109.9);
  assert.deepEqual(at(110.3), { seek_s: null, rate: 1 }); // it has run dry and waits
});

const camera = (camera_id, name, more = {}) => ({
  camera_id,
  name,
  state: "live",
  conditions: [],
  hanging: 0, poses: [],
  usual_gap_s: 5,
  ...more,
});

test("a picture is old by its own camera's cadence", () => {
  assert.equal(wall.isOld(camera("a", "a"), 12), false);
  assert.equal(wall.isOld(camera("a", "a"), 13), true);
  assert.equal(wall.isOld(camera("a", "a", { usual_gap_s: 60 }), 140), false);
  assert.equal(wall.isOld(camera("a", "a", { usual_gap_s: 0.2 }), 9), false);
  assert.equal(wall.isOld(camera("a", "a", { usual_gap_s: null }), 26), true);
  assert.equal(wall.isOld(camera("a", "a", { state: "lost" }), 0), true);
});

test("tiles are sorted, searched, and asked for in turn", () => {
  const all = [camera("b", "石角"), camera("a", "古南"), camera("c", "东溪", { state: "lost" })];
  const ids = (...how) => wall.tilesOf(all, ...how).map((it) => it.camera_id);
  assert.deepEqual(ids("need", "", false), ["c", "a", "b"]);
  assert.deepEqual(ids("name", "", false).length, 3);
  assert.deepEqual(ids("name", "古", false), ["a"]);
  assert.deepEqual(ids("need", "", true), ["c"]);
  const asked = new Map([["a", 5], ["b", 2]]);
  assert.deepEqual(wall.turnOf(["a", "b", "c"], asked, 2), ["c", "b"]);
});
