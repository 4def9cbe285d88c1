/** A channel's form: what it sends, what it lacks, and that no stored secret is ever replaced by less. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server;
let form;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  form = await server.ssrLoadModule("/src/lib/channelForm.ts");
});
after(() => server.close());

const stored = (kind, secrets, more = {}) => {
  const { secrets: _none, ...request } = form.requestOf({ ...form.freshFields(kind), name: "a", ...more });
  return { ...request, channel_id: 1, secrets, created_at: "2026-11-25T03:00:00Z" };
};

test("a fresh channel of each kind lacks what it cannot do without", () => {
  const lacks = (kind) => form.missingIn(form.freshFields(kind));
  assert.deepEqual(lacks("wecom"), ["name", "secrets"]);
  assert.deepEqual(lacks("dingtalk"), ["name", "secrets"]);
  assert.deepEqual(lacks("smtp"), ["name", "address", "recipients", "sender"]);
  assert.deepEqual(lacks("webhook"), ["name", "address", "secrets"]);
  assert.deepEqual(lacks("sms"), ["name", "address", "recipients", "template"]);
  assert.deepEqual(lacks("apprise"), ["name", "secrets"]);
});

test("stored secrets stay unless all are typed anew", () => {
  const fields = form.fieldsOf(stored("dingtalk", ["access_token", "sign"]));
  assert.equal(fields.replaces, false);
  assert.deepEqual(form.missingIn(fields), []);
  assert.equal(form.requestOf(fields).secrets, null);
  const anew = { ...fields, replaces: true };
  assert.deepEqual(form.missingIn(anew), ["secrets"]);
  const typed = { ...anew, secrets: [{ name: "access_token", value: "t" }, { name: "sign", value: "" }] };
  assert.deepEqual(form.requestOf(typed).secrets, { access_token: "t" });
});

test("what is stored comes back as it was, for every kind", () => {
  const channel = stored("sms", ["token"], {
    options: { ...form.freshFields("sms").options, address: "http://h/?t={text}", method: "GET", success: "^0" },
    recipients: "13800000000，13900000000\n13700000000",
    headers: "X-Key: {secret.token}\nX-Time：{time}",
    quiet_from: "22:00",
    quiet_to: "6:00",
  });
  assert.deepEqual(channel.options.recipients, ["13800000000", "13900000000", "13700000000"]);
  assert.deepEqual(channel.options.headers, [["X-Key", "{secret.token}"], ["X-Time", "{time}"]]);
  assert.equal(channel.rules.quiet_from_minute, 1320);
  assert.equal(channel.rules.quiet_to_minute, 360);
  const { secrets, channel_id, created_at, ...same } = channel;
  const { secrets: none, ...again } = form.requestOf(form.fieldsOf(channel));
  assert.deepEqual(again, same);
  assert.equal(none, null);
});

test("a kind sends no field of another kind", () => {
  const everything = {
    ...form.freshFields("webhook"),
    name: "a",
    recipients: "13800000000",
    headers: "X: y",
    options: { ...form.freshFields("webhook").options, address: "http://h/", sender: "a@b", keyword: "火", body: "{text}", success: "0" },
  };
  const { options } = form.requestOf(everything);
  assert.deepEqual([options.recipients, options.headers], [[], []]);
  assert.deepEqual([options.sender, options.keyword, options.body, options.success], ["", "", "", ""]);
});

test("a switch changes nothing else and keeps the secrets", () => {
  const channel = stored("wecom", ["key"], { recipients: "@all" });
  const off = form.switchedTo(channel, false);
  assert.equal(off.enabled, false);
  assert.equal(off.secrets, null);
  assert.deepEqual(off.options, channel.options);
  assert.deepEqual(off.rules, channel.rules);
});

test("quiet hours are none, or two different times", () => {
  const fine = (from, to) => form.quietFine({ ...form.freshFields("wecom"), quiet_from: from, quiet_to: to });
  assert.ok(fine("", ""));
  assert.ok(fine("22:00", "06:00"));
  assert.ok(!fine("22:00", ""));
  assert.ok(!fine("22:00", "22:00"));
  assert.ok(!fine("25:00", "06:00"));
});
