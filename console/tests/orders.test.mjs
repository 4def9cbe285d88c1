/** Work orders between two answers of the server: clocks counted on, what is urgent, who is called next. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server;
let orders;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  orders = await server.ssrLoadModule("/src/lib/orders.ts");
});
after(() => server.close());

const AT = "2026-11-25T03:00:00Z";
const clock = (kind, limit_s, elapsed_s, state) => ({ kind, limit_s, elapsed_s, state, due_at: AT });
const running = (elapsed_s) => [clock("push", 60, elapsed_s, "running"), clock("verify", 180, elapsed_s, "running"), clock("leave", 300, elapsed_s, "running")];
const order = (order_id, more = {}) => ({
  order_id, incident_id: order_id, state: "called", answer: null, clocks: running(0), next_call_at: null, pushes: [], ...more,
});
const push = (channel, state, more = {}) => ({ channel, state, sent_at: null, error: "", ...more });

test("a clock that runs is counted on, and is overdue after its limit only", () => {
  const [first] = orders.clocksOf(order(1, { clocks: running(20) }), 15);
  assert.deepEqual(first, { kind: "push", state: "running", limit_s: 60, shown_s: 25 });
  const at = (since_s) => orders.clocksOf(order(1, { clocks: running(20) }), since_s).map((it) => [it.state, it.shown_s]);
  // Three minutes are three minutes: a time that is just used up still runs.
  assert.deepEqual(at(40)[0], ["running", 0]);
  assert.deepEqual(at(40.5)[0], ["overdue", 0.5]);
  assert.deepEqual(at(400), [["overdue", 360], ["overdue", 240], ["overdue", 120]]);
});

test("a clock that stands does not move, whatever time goes by", () => {
  const clocks = [clock("push", 60, 60, "kept"), clock("verify", 180, 200, "missed"), clock("leave", 300, 250, "void")];
  for (const since_s of [0, 1, 1e6])
    assert.deepEqual(orders.clocksOf(order(1, { clocks }), since_s).map((it) => [it.state, it.shown_s]), [["kept", 60], ["missed", 200], ["void", 250]]);
  assert.equal(orders.isOverdue(order(1, { clocks }), 1e6), false);
});

test("the clock of the desk is never asked", () => {
  const real = Date.now;
  Date.now = () => assert.fail("asked the desk's clock");
  try {
    orders.clocksOf(order(1), 5);
    orders.urgentFirst([order(1)], 5, new Map());
    orders.nextCallIn(order(1, { next_call_at: AT }), AT, 5);
  } finally {
    Date.now = real;
  }
});

test("what burns unconfirmed comes first, then what is late, then the newest", () => {
  const known = new Map([[1, { state: "open" }], [2, { state: "confirmed" }], [3, { state: "open" }]]);
  const late = { clocks: [clock("push", 60, 90, "overdue")] };
  const kept = { clocks: [clock("push", 60, 10, "kept")], state: "seen" };
  const all = [
    order(4, kept),
    order(1, { ...kept, answer: "real", state: "answered" }),
    order(2, { ...kept, answer: "real", state: "answered" }),
    order(3, late),
    order(5, kept),
    order(6, { ...kept, answer: "real", state: "answered" }), // its fire is not known here
  ];
  assert.deepEqual(orders.urgentFirst(all, 0, known).map((it) => it.order_id), [1, 3, 6, 5, 4, 2]);
  // An order becomes late while nothing is asked of the server.
  const soon = [order(7, { clocks: [clock("push", 60, 50, "running")] }), order(8, kept)];
  assert.deepEqual(orders.urgentFirst(soon, 10, known).map((it) => it.order_id), [8, 7]);
  assert.deepEqual(orders.urgentFirst(soon, 11, known).map((it) => it.order_id), [7, 8]);
});

test("the badge counts an order once, and is red only when a clock is late", () => {
  const called = order(1, { clocks: running(50) });
  const seen = order(2, { state: "seen", clocks: [clock("push", 60, 10, "kept"), clock("verify", 180, 50, "running")] });
  assert.deepEqual(orders.alarmOf([called, seen], 0), { count: 1, overdue: false });
  assert.deepEqual(orders.alarmOf([called, seen], 11), { count: 1, overdue: true });
  assert.deepEqual(orders.alarmOf([called, seen], 131), { count: 2, overdue: true });
  assert.deepEqual(orders.alarmOf([], 5), { count: 0, overdue: false });
});

test("the next call is counted down from the server's own two moments", () => {
  const next = order(1, { next_call_at: "2026-11-25T03:00:45Z" });
  assert.equal(orders.nextCallIn(next, AT, 0), 45);
  assert.equal(orders.nextCallIn(next, AT, 40.5), 4.5);
  assert.equal(orders.nextCallIn(next, AT, 50), 0);
  assert.equal(orders.nextCallIn(order(1), AT, 0), null);
});

test("steps may be passed over and none goes back; what is over takes none", () => {
  const steps = Object.fromEntries(["called", "seen", "answered", "left", "arrived", "closed", "withdrawn"].map((state) => [state, orders.stepsOf({ state })]));
  assert.deepEqual(steps, {
    called: ["seen", "left", "arrived"], seen: ["left", "arrived"], answered: ["left", "arrived"], left: ["arrived"], arrived: [], closed: [], withdrawn: [],
  });
  assert.deepEqual(["real", "false", "handled", "unsure", null].map(orders.settles), [false, true, true, false, false]);
});

test("calls are told channel by channel; what was given up is nobody's trouble", () => {
  const told = orders.callsBy([
    push("sms", "sent", { sent_at: "2026-11-25T03:00:01Z", error: "unreachable" }),
    push("group", "waiting", { error: "timeout" }),
    push("sms", "sent", { sent_at: "2026-11-25T03:01:01Z" }),
    push("sms", "given_up", { error: "refused" }),
    push("sms", "sending"),
  ]);
  assert.deepEqual(told, [
    { channel: "sms", sent: 2, waiting: 1, given_up: 1, last_sent_at: "2026-11-25T03:01:01Z", error: "" },
    { channel: "group", sent: 0, waiting: 1, given_up: 0, last_sent_at: null, error: "timeout" },
  ]);
  assert.deepEqual(orders.callsBy([]), []);
});

test("a link without a host is this console's, any other is left as it is", () => {
  assert.equal(orders.wholeLink("/field/#t=abc", "http://10.0.0.5:8000"), "http://10.0.0.5:8000/field/#t=abc");
  assert.equal(orders.wholeLink("https://watch.example.cn/field/#t=abc", "http://10.0.0.5:8000"), "https://watch.example.cn/field/#t=abc");
});

test("who told it from a phone is told from who has an account", () => {
  assert.deepEqual(["duty:17", "duty", "system", "duty:x", "li"].map(orders.tellerOf), [17, null, null, null, null]);
});
