/** What the network lacks, sorted; and from which zoom a crowded layer has symbols and names. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "vite";

let server, network, kinds, land, variants, symbols;

before(async () => {
  server = await createServer({
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: "custom",
    logLevel: "error",
  });
  [network, kinds, land, variants, symbols] = await Promise.all(
    ["/src/lib/network.ts", "/src/api/network.ts", "/src/map/land.ts", "/src/map/variants.ts", "/src/map/symbols.ts"].map((path) => server.ssrLoadModule(path)),
  );
});
after(() => server.close());

const finding = (name, kind, measure, unit, further = {}) => ({
  kind, layer: "forest_stand", code: name, name, lon_deg: 0, lat_deg: 0, measure, unit,
  township_code: "", township: "", township_share: null, others: [], members: [name], months: [], drill: false, ...further,
});

test("the worst stands first whatever it is measured in, and what has no figure is worst of all", () => {
  const all = [
    finding("half", "stand_unseen", 0.5, "share"),
    finding("none", "stand_unseen", 0, "share"),
    finding("near", "belt_gap", 40, "m"),
    finding("nothing", "belt_alone", null, "m"),
    finding("far", "belt_gap", 400, "m"),
  ];
  const names = network.sorted(all, "measure", true).map((it) => it.name);
  assert.deepEqual(names, ["nothing", "far", "near", "none", "half"]);
  assert.deepEqual(network.sorted(all, "kind", false).map((it) => it.kind).at(0), "stand_unseen");
  assert.equal(all[0].name, "half", "the list itself stays");
});

test("names with numbers stand as people count", () => {
  const all = ["林班10", "林班9", "林班100"].map((name) => finding(name, "stand_no_belt", 0, "share"));
  assert.deepEqual(network.sorted(all, "name", false).map((it) => it.name), ["林班9", "林班10", "林班100"]);
});

test("every kind has a colour, and a key tells two gaps of one belt apart", () => {
  for (const kind of kinds.FINDING_KINDS) assert.match(network.findingColour(kind), /^#[0-9a-f]{6}$/);
  const [one, other] = [finding("b", "belt_gap", 1, "m"), finding("b", "belt_gap", 1, "m", { lon_deg: 1 })];
  assert.notEqual(network.findingKey(one), network.findingKey(other));
});

test("four times as many of a layer come one zoom later", () => {
  assert.equal(land.symbolsFrom("hydrant", 80), 0);
  assert.equal(land.symbolsFrom("village", 80), 9.5);
  const [few, many] = [land.symbolsFrom("hydrant", 320), land.symbolsFrom("hydrant", 1280)];
  assert.ok(Math.abs(many - few - 1) < 1e-9);
  assert.ok(land.symbolsFrom("hydrant", 1e9) <= 15.5);
  assert.equal(land.namesFrom("township", 1e6), 0);
  assert.ok(Math.abs(land.namesFrom("hydrant", 1280) - land.namesFrom("hydrant", 80) - 2) < 1e-9);
});

test("every layer is in one group, and what is not stated looks as the layer does", () => {
  assert.equal(new Set(symbols.LAYERS).size, 19);
  assert.equal(symbols.LAYERS.length, 19);
  for (const layer of symbols.LAYERS) {
    assert.equal(variants.look(layer).colour, symbols.SYMBOLS[layer].colour);
    assert.equal(variants.look(layer, "no such").colour, symbols.SYMBOLS[layer].colour);
  }
  assert.notEqual(variants.look("forest_belt", "engineered").colour, variants.look("forest_belt", "natural").colour);
  const there = [{ properties: { danger_class: 3 } }, { properties: {} }, { properties: { danger_class: 1 } }];
  assert.deepEqual(variants.present("forest_stand", there), ["1", "3"]);
});
