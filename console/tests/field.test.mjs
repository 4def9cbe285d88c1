/** The phone page's own logic: what waits to be sent, photos in pieces, clocks, coordinates, Exif. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createServer } from "vite";

const SOURCE = new URL("../src/field/", import.meta.url);

let server;
let queue;
let upload;
let sending;
let clocks;
let place;
let exif;
let marks;
let calls;
let transport;
let MemoryStore;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  const load = (name) => server.ssrLoadModule(`/src/field/lib/${name}.ts`);
  [queue, upload, sending, clocks, place, exif, marks, calls] = await Promise.all(
    ["queue", "upload", "sending", "clocks", "place", "exif", "marks", "calls"].map(load),
  );
  ({ MemoryStore } = await load("memoryStore"));
  transport = await server.ssrLoadModule("/src/api/transport.ts");
});
after(() => server.close());

/** Numbers by a seed (mulberry32), so that a failure can be seen again. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

let number = 0;
function item(more = {}) {
  number += 1;
  return {
    key: `key-${number}`, order_id: 7, kind: "noted", answer: null, reason: null, note: "x", place: null,
    told_at: "2026-11-25T02:30:00.000Z", photo: null, refused: null, ...more,
  };
}
const photoOf = (name, bytes) => ({ upload: name, bytes, received: 0, token: null, refused: null });

/** An outbox whose tries end as the script says, and whose waits end when the test says. */
function outboxOf(send, store = new MemoryStore()) {
  const waits = [];
  const states = [];
  const outbox = new queue.Outbox({
    store,
    send,
    later: (wait_ms, callback) => {
      const wait = { wait_ms, callback, taken: false };
      waits.push(wait);
      return () => { wait.taken = true; };
    },
    changed: (state) => states.push(state),
    random: () => 0.5,
  });
  return { outbox, store, waits, states, last: () => states.at(-1) };
}
const problem = (status, code) => new transport.Problem({ status, code });

test("what is told is kept before it is sent, and goes in its order", async () => {
  const sent = [];
  const { outbox, store } = outboxOf(async (one) => {
    assert.ok((await store.all()).some((kept) => kept.key === one.key), "sent before it was kept");
    sent.push(one.key);
    return { end: "sent" };
  });
  const told = [item(), item(), item()];
  for (const one of told) await outbox.add([one]);
  await outbox.flush();
  assert.deepEqual(sent, told.map((one) => one.key));
  assert.deepEqual(await store.all(), []);
});

test("a break is waited out, longer each time, and what comes later does not overtake", async () => {
  let up = false;
  const sent = [];
  const { outbox, waits, last } = outboxOf(async (one) => {
    if (!up) return { end: "later" };
    sent.push(one.key);
    return { end: "sent" };
  });
  const told = [item(), item()];
  await outbox.add(told);
  await outbox.flush();
  for (let tries = 1; tries < 8; tries += 1) {
    waits.at(-1).callback();
    await outbox.flush();
  }
  assert.deepEqual(sent, []);
  const asked = waits.map((wait) => wait.wait_ms);
  assert.equal(asked[0], 2000);
  assert.ok(asked.every((wait, index) => index === 0 || wait >= asked[index - 1]), asked.join());
  assert.equal(asked.at(-1), 60_000);
  assert.ok(waits.slice(0, -1).every((wait) => wait.taken), "an old wait goes on beside the new one");
  assert.equal(last().items.length, 2);
  up = true;
  await outbox.flush();
  assert.deepEqual(sent, told.map((one) => one.key));
  up = false;
  await outbox.add([item()]);
  await outbox.flush();
  assert.equal(waits.at(-1).wait_ms, 2000, "after a success the waits begin anew");
});

test("waits are spread by a fifth and never end", () => {
  for (const tries of [1, 2, 6, 50, 5000])
    for (const random of [0, 0.5, 0.999]) {
      const middle = Math.min(2000 * 2 ** Math.min(tries - 1, 16), 60_000);
      assert.ok(Math.abs(queue.waitOf(tries, random) - middle) <= 0.2 * middle + 1);
    }
});

test("what the server refuses stays to be read and holds up nothing", async () => {
  const sent = [];
  const { outbox, store, last } = outboxOf(async (one) => {
    if (one.note === "bad") return { end: "refused", code: "order_told" };
    sent.push(one.key);
    return { end: "sent" };
  });
  const good = item();
  await outbox.add([item({ note: "bad" }), good]);
  await outbox.flush();
  assert.deepEqual(sent, [good.key]);
  assert.deepEqual(last().items.map((one) => one.refused), ["order_told"]);
  await outbox.flush();
  assert.equal(sent.length, 1);
  await outbox.forget(last().items[0]);
  assert.deepEqual(await store.all(), []);
});

test("an order that this phone has no more holds up its own and no other's, until it is shown again", async () => {
  let mine = false;
  const sent = [];
  const { outbox, last } = outboxOf(async (one) => {
    if (one.order_id === 7 && !mine) return { end: "over", code: "link_unknown" };
    sent.push(one.order_id);
    return { end: "sent" };
  });
  await outbox.add([item(), item(), item({ order_id: 8 })]);
  await outbox.flush();
  assert.deepEqual(sent, [8]);
  assert.equal(last().over.get(7), "link_unknown");
  assert.equal(last().items.length, 2);
  mine = true;
  await outbox.serve(8);
  assert.deepEqual(sent, [8]);
  await outbox.serve(7);
  assert.deepEqual(sent, [8, 7, 7]);
  assert.equal(last().over.size, 0);
});

test("words go before photos, and a photo stands back for words that come meanwhile", async () => {
  const done = [];
  let outbox;
  const made = outboxOf(async (one) => {
    if (one.photo !== null && done.length === 1) {
      await made.store.add([item({ key: "late", note: "word" })], new Map());
      await outbox.load();
      if (outbox.hasWords) return { end: "aside" };
    }
    done.push(one.key);
    return { end: "sent" };
  });
  outbox = made.outbox;
  await outbox.add([item({ key: "photo", note: "", photo: photoOf("u", 10) }), item({ key: "word" })]);
  await outbox.flush();
  assert.deepEqual(done, ["word", "late", "photo"]);
  assert.deepEqual(made.waits, []);
});

test("through any breaks, reloads and lost receipts everything arrives once and in its order", async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = randomOf(seed);
    const arrived = []; // the server's side: one entry for a key, whatever comes again
    const store = new MemoryStore();
    const told = [];
    const send = async (one) => {
      const dice = random();
      if (dice < 0.3) return { end: "later" };
      if (!arrived.includes(one.key)) arrived.push(one.key);
      return dice < 0.5 ? { end: "later" } : { end: "sent" }; // the receipt is lost
    };
    let made = outboxOf(send, store);
    for (let step = 0; step < 12; step += 1) {
      const dice = random();
      if (dice < 0.5) {
        const one = item();
        told.push(one.key);
        await made.outbox.add([one]);
      } else if (dice < 0.7) {
        await made.outbox.flush();
        made = outboxOf(send, store); // the page is closed and opened
        await made.outbox.load();
      } else await made.outbox.flush();
    }
    for (let tries = 0; tries < 500 && (await store.all()).length > 0; tries += 1) await made.outbox.flush();
    assert.deepEqual(await store.all(), [], `seed ${seed}`);
    assert.deepEqual(arrived, told, `seed ${seed}`);
  }
});

/** The server's side of an upload, byte by byte; its line breaks as the dice fall. */
function lineOf(random, breaks) {
  const bytes = new Map();
  const sizes = [];
  const stateOf = (mark, total) => {
    const have = bytes.get(mark) ?? Buffer.alloc(0);
    return { received: have.length, photo: total !== undefined && have.length === total ? { photo: `${mark}.jpg` } : null };
  };
  const totals = new Map();
  return {
    bytes,
    sizes,
    async received(mark) {
      if (random() < breaks) throw problem(0, "unreachable");
      return stateOf(mark, totals.get(mark));
    },
    async send(mark, offset, total, chunk) {
      if (random() < breaks) throw problem(0, "unreachable");
      const have = bytes.get(mark) ?? Buffer.alloc(0);
      totals.set(mark, total);
      sizes.push(chunk.size);
      const more = Buffer.from(await chunk.arrayBuffer());
      bytes.set(mark, offset === have.length ? Buffer.concat([have, more]) : have);
      if (random() < breaks) throw problem(0, "unreachable"); // the receipt is lost
      return stateOf(mark, total);
    },
  };
}

test("a photo arrives whole, byte for byte, through any breaks, and nothing of it is sent twice", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = randomOf(seed);
    const size = 1 + Math.floor(random() * 500_000);
    const photo = new Blob([Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed) & 255)]);
    const line = lineOf(random, 0.4);
    const pace = new upload.Pace();
    const shown = [];
    let done = null;
    for (let tries = 0; tries < 1000 && done === null; tries += 1)
      done = await upload.uploadOf(line, "u", photo, pace, (n) => shown.push(n), () => false).catch(() => null);
    assert.deepEqual(done, { photo: "u.jpg" }, `seed ${seed}`);
    assert.ok(line.bytes.get("u").equals(Buffer.from(await photo.arrayBuffer())), `seed ${seed}`);
    assert.equal(shown.at(-1), size);
    assert.ok(line.sizes.every((bytes) => bytes <= 128 * 1024));
    assert.ok(shown.every((bytes, index) => index === 0 || bytes >= shown[index - 1]), "progress goes back");
    assert.ok(pace.bytes >= 16 * 1024);
  }
});

test("pieces have 128 KiB, and half of it after each break, down to 16 KiB", async () => {
  const photo = new Blob([new Uint8Array(300_000)]);
  const line = lineOf(() => 1, 0);
  await upload.uploadOf(line, "u", photo, new upload.Pace(), () => undefined, () => false);
  assert.deepEqual(line.sizes, [131_072, 131_072, 37_856]);
  const pace = new upload.Pace();
  for (const want of [65_536, 32_768, 16_384, 16_384]) {
    pace.slower();
    assert.equal(pace.bytes, Math.max(want, 16_384));
  }
});

test("an upload that stands back or does not move ends, and goes on later", async () => {
  const photo = new Blob([new Uint8Array(200_000)]);
  const line = lineOf(() => 1, 0);
  let pieces = 0;
  const aside = upload.uploadOf(line, "u", photo, new upload.Pace(), () => { pieces += 1; }, () => pieces > 1);
  await assert.rejects(aside, upload.Aside);
  assert.equal(line.bytes.get("u").length, 131_072);
  const stuck = { received: async () => ({ received: 0, photo: null }), send: async () => ({ received: 0, photo: null }) };
  await assert.rejects(upload.uploadOf(stuck, "u", photo, new upload.Pace(), () => undefined, () => false), /does not move/);
  assert.deepEqual(await upload.uploadOf(line, "u", photo, new upload.Pace(), () => undefined, () => false), { photo: "u.jpg" });
  assert.deepEqual(line.sizes, [131_072, 68_928]);
});

/** One thing told, sent against a server that answers as said. */
async function sendWith(one, { line = lineOf(() => 1, 0), tell = async () => ({ order_id: 7 }), blob = new Blob(["abc"]) } = {}) {
  const said = { bodies: [], noted: [] };
  const outcome = await sending.sendOne(one, {
    lineOf: () => line,
    tell: async (order_id, body) => {
      said.bodies.push({ order_id, ...body });
      return tell();
    },
    photo: async () => blob,
    note: async (changed) => said.noted.push(changed),
    progress: () => undefined,
    arrived: () => undefined,
    failure: calls.failureOf,
    code: calls.codeOf,
    pace: new upload.Pace(),
    isAside: () => false,
  });
  return { outcome, ...said };
}

test("a photo goes first and is named by what is told of it, under the key and order that it has", async () => {
  const one = item({ order_id: 9, photo: photoOf("u", 3), place: { lon_deg: 106.5, lat_deg: 0, accuracy_m: 12 } });
  const { outcome, bodies, noted } = await sendWith(one);
  assert.deepEqual(outcome, { end: "sent" });
  assert.equal(noted[0].photo.token, "u.jpg");
  const { key, note, place: where, told_at } = one;
  assert.deepEqual(bodies, [{ order_id: 9, kind: "noted", answer: null, reason: null, note, photo: "u.jpg", place: where, told_at, key }]);
});

test("a refused photo does not hold up the words, and is all there was where there are none", async () => {
  const refusing = { received: async () => ({ received: 0, photo: null }), send: async () => { throw problem(422, "photo_kind"); } };
  const words = await sendWith(item({ photo: photoOf("u", 3) }), { line: refusing });
  assert.deepEqual(words.outcome, { end: "sent" });
  assert.equal(words.bodies[0].photo, null);
  assert.equal(words.noted[0].photo.refused, "photo_kind");
  const bare = await sendWith(item({ note: "", photo: photoOf("u", 3) }), { line: refusing });
  assert.deepEqual(bare.outcome, { end: "refused", code: "photo_kind" });
  assert.deepEqual(bare.bodies, []);
  const gone = await sendWith(item({ note: "", photo: photoOf("u", 3) }), { blob: null });
  assert.deepEqual(gone.outcome, { end: "refused", code: "photo_lost" });
});

test("a break, a full server and a slow-down are waited out; a wrong word is refused; no right ends it", () => {
  for (const [status, code, want] of [
    [0, "unreachable", "later"], [408, "x", "later"], [429, "link_attempts", "later"], [500, "x", "later"], [502, "x", "later"],
    [507, "storage_full", "later"], [401, "device_unknown", "over"], [403, "link_unknown", "over"], [410, "link_expired", "over"],
    [409, "order_over", "refused"], [413, "body_too_large", "refused"], [422, "order_told", "refused"],
  ])
    assert.equal(calls.failureOf(problem(status, code)), want, `${status}`);
  assert.equal(calls.failureOf(new TypeError("cut off")), "later");
});

test("clocks run on by the seconds since the server spoke, and only those that run", () => {
  const clock = (state, elapsed_s) => ({ kind: "verify", limit_s: 180, elapsed_s, state });
  assert.deepEqual(clocks.shownOf(clock("running", 100), 30), { state: "running", elapsed_s: 130, left_s: 50 });
  assert.equal(clocks.shownOf(clock("running", 100), 80).state, "running"); // three minutes are three minutes
  assert.deepEqual(clocks.shownOf(clock("running", 100), 80.5), { state: "overdue", elapsed_s: 180.5, left_s: -0.5 });
  assert.equal(clocks.shownOf(clock("running", 0), 0).left_s, 180);
  assert.deepEqual(clocks.shownOf(clock("overdue", 200), 5), { state: "overdue", elapsed_s: 205, left_s: -25 });
  for (const state of ["kept", "missed", "void"]) assert.equal(clocks.shownOf(clock(state, 42), 1000).elapsed_s, 42);
  assert.equal(clocks.shownOf(clock("running", 100), -5).elapsed_s, 100);
  assert.deepEqual([0, 59.9, 60, 3599, 3600, 3723, -65].map(clocks.spanOf), ["0:00", "0:59", "1:00", "59:59", "1:00:00", "1:02:03", "1:05"]);
});

test("what is told bears the server's time as far as the phone knows it", () => {
  const phone = Date.parse("2020-01-01T00:00:05Z");
  const offset = Date.parse("2026-11-25T02:30:00Z") - Date.parse("2020-01-01T00:00:00Z");
  assert.equal(clocks.toldAt(phone, offset), "2026-11-25T02:30:05.000Z");
  assert.equal(clocks.toldAt(phone, 0), "2020-01-01T00:00:05.000Z");
});

test("coordinates are written and linked in the system that they are named for", () => {
  const point = { lon_deg: 106.655, lat_deg: 28.86 };
  assert.equal(place.pairOf(point), "28.860000,106.655000");
  assert.deepEqual(place.degreesOf(point), { lat: "28.860000° N", lon: "106.655000° E" });
  assert.deepEqual(place.degreesOf({ lon_deg: -84.3061904, lat_deg: -0.5 }), { lat: "0.500000° S", lon: "84.306190° W" });
  assert.equal(place.geoLink(point), "geo:28.860000,106.655000?q=28.860000,106.655000");
  const android = place.amapLink(point, "石壕镇 & 1", "Mozilla/5.0 (Linux; Android 14)");
  assert.ok(android.startsWith("androidamap://viewMap?"));
  const asked = new URLSearchParams(android.slice(android.indexOf("?") + 1));
  assert.deepEqual(Object.fromEntries(asked), { sourceApplication: "firewatch", poiname: "石壕镇 & 1", lat: "28.860000", lon: "106.655000", dev: "0" });
  assert.ok(place.amapLink(point, "x", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)").startsWith("iosamap://viewMap?"));
  const directions = [0, 22.4, 22.6, 90, 135, 180, 225, 270, 315, 337.6, 359.9, 360];
  assert.deepEqual(directions.map(place.compassOf), ["n", "n", "ne", "e", "se", "s", "sw", "w", "nw", "n", "n", "n"]);
});

/** A JPEG's head with Exif, built by the standard and not by the reader; every offset counts from the TIFF header. */
function jpegHead({ little = false, taken = "2026:11:25 10:30:00", offset = "+08:00", lat = [28, 51, 36], lon = [106, 39, 18], refs = "NE", status = "A" } = {}) {
  const buffer = new ArrayBuffer(600);
  const view = new DataView(buffer);
  let heap = 300;
  const ascii = (text, at) => [...`${text}\0`].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  function directory(at, entries) {
    view.setUint16(at, entries.length, little);
    entries.forEach(([tag, kind, count, value], index) => {
      const entry = at + 2 + 12 * index;
      view.setUint16(entry, tag, little);
      view.setUint16(entry + 2, kind, little);
      view.setUint32(entry + 4, count, little);
      if (kind === 4) view.setUint32(entry + 8, value, little);
      else if (kind === 2 && count <= 4) ascii(value, entry + 8);
      else {
        view.setUint32(entry + 8, heap, little);
        if (kind === 2) ascii(value, heap);
        else value.forEach((part, each) => {
          view.setUint32(heap + 8 * each, Math.round(part * 100), little);
          view.setUint32(heap + 8 * each + 4, 100, little);
        });
        heap += kind === 2 ? count : 8 * count;
      }
    });
  }
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  directory(8, [[0x8769, 4, 1, 60], [0x8825, 4, 1, 120]]);
  directory(60, [[0x9003, 2, 20, taken], [0x9011, 2, 7, offset]]);
  directory(120, [[1, 2, 2, refs[0]], [2, 5, 3, lat], [3, 2, 2, refs[1]], [4, 5, 3, lon], [9, 2, 2, status]]);
  const head = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xe1, (608 >> 8) & 255, 608 & 255, 0x45, 0x78, 0x69, 0x66, 0, 0];
  return Uint8Array.from([...head, ...new Uint8Array(buffer), 0xff, 0xda, 0, 2]).buffer;
}

test("a photo's time and place are read in either byte order, and not where there are none", () => {
  const here = { taken: "2026-11-25 10:30:00 +08:00", lat_deg: 28.86, lon_deg: 106.655 };
  for (const little of [false, true]) {
    const facts = exif.factsOf(jpegHead({ little }));
    assert.equal(facts.taken, here.taken);
    assert.ok(Math.abs(facts.lat_deg - here.lat_deg) < 1e-9 && Math.abs(facts.lon_deg - here.lon_deg) < 1e-9);
  }
  const south = exif.factsOf(jpegHead({ refs: "SW" }));
  assert.ok(south.lat_deg < 0 && south.lon_deg < 0);
  for (const none of [{ lat: [0, 0, 0], lon: [0, 0, 0] }, { status: "V" }, { lat: [91, 0, 0] }]) {
    const facts = exif.factsOf(jpegHead(none));
    assert.deepEqual([facts.lat_deg, facts.lon_deg, facts.taken], [null, null, here.taken]);
  }
  assert.equal(exif.factsOf(jpegHead({ taken: "0000" })).taken, null);
});

test("a damaged or foreign file tells nothing and breaks nothing", () => {
  const nothing = { taken: null, lon_deg: null, lat_deg: null };
  const whole = new Uint8Array(jpegHead());
  assert.deepEqual(exif.factsOf(new ArrayBuffer(0)), nothing);
  assert.deepEqual(exif.factsOf(new TextEncoder().encode("\x89PNG\r\n\x1a\n not a JPEG").buffer), nothing);
  for (let size = 0; size < whole.length; size += 1) exif.factsOf(whole.slice(0, size).buffer);
  const random = randomOf(7);
  for (let round = 0; round < 2000; round += 1) {
    const bent = whole.slice();
    for (let each = 0; each < 4; each += 1) bent[Math.floor(random() * bent.length)] = Math.floor(random() * 256);
    const facts = exif.factsOf(bent.buffer);
    assert.ok(facts.lat_deg === null || Math.abs(facts.lat_deg) <= 90);
  }
});

test("marks are UUIDs, and a token is taken from its own fragment only", () => {
  const made = new Set(Array.from({ length: 200 }, marks.uuid));
  assert.equal(made.size, 200);
  for (const one of made) assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(marks.tokenOf("#t=12.aB-_x"), "12.aB-_x");
  for (const none of ["", "#", "#t=", "#x=1", "#t=a b", "#t=<script>", `#t=${"a".repeat(600)}`]) assert.equal(marks.tokenOf(none), null);
});

test("every word stands in both languages, and nothing of the phone page is styled or run inline", () => {
  const [zh, en] = ["zh", "en"].map((language) => JSON.parse(readFileSync(new URL(`i18n/${language}.json`, SOURCE), "utf8")));
  for (const [section, words] of Object.entries(zh)) assert.deepEqual(Object.keys(words), Object.keys(en[section]), section);
  const page = readFileSync(new URL("../../field/index.html", SOURCE), "utf8");
  assert.doesNotMatch(page, /\sstyle=|<style|\son\w+=|<script(?![^>]*src=)/);
});
