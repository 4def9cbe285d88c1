/** The land layers: areas, mains, roads, belts, points and their names. */

import type { Land, Layer } from "../api/land";
import type { Engine } from "./engine";
import { addNames, setNames } from "./names";
import { LAYERS, PIXEL_RATIO, SYMBOLS, symbolImage } from "./symbols";
import { FAINT, look, STATE_DASHES, symbolOf, VARIANTS } from "./variants";

type Expression = never;

/** Drawn as symbols; the later ones over the earlier. */
const POINTS: readonly Layer[] = [
  "village",
  "node",
  "hydrant",
  "intake",
  "pool",
  "quay",
  "post",
  "checkpoint",
  "tower",
  "station",
  "helipad",
  "water_point",
];

/** Zoom from which the names of a layer are written, while it has few features. */
const NAMES_FROM: Record<Layer, number> = {
  township: 0,
  village: 10.6,
  mountain_unit: 8,
  forest_stand: 12.5,
  forest_belt: 11.2,
  water_point: 10.6,
  pool: 11.6,
  pipe: 13,
  hydrant: 11.2,
  intake: 11.6,
  quay: 11.2,
  road: 11.4,
  checkpoint: 11,
  helipad: 10.8,
  tower: 10.8,
  post: 11,
  node: 12,
  station: 10.6,
  airspace: 9.5,
};

/** Below it a village is not shown at all; any other point is a dot at the least. */
const VILLAGES_FROM = 9.5;
const SYMBOLS_FROM = 9.2;
const CLOSEST = 15.5;
/** So many features of a layer on a district's map do not crowd it. */
const ROOM = 80;

/** How much nearer one must be for a layer of many features: each zoom has four times the room. */
export function crowd(count: number): number {
  return Math.max(0, Math.log2(Math.max(1, count) / ROOM) / 2);
}

/** From which zoom on a layer of so many points has symbols; 0 for always. */
export function symbolsFrom(layer: Layer, count: number): number {
  const from = crowd(count) === 0 ? 0 : Math.min(CLOSEST, SYMBOLS_FROM + crowd(count));
  return layer === "village" ? Math.max(VILLAGES_FROM, from) : from;
}

export function namesFrom(layer: Layer, count: number): number {
  return NAMES_FROM[layer] === 0 ? 0 : Math.min(CLOSEST, NAMES_FROM[layer] + crowd(count));
}

const only = (layer: Layer) => ["==", ["get", "layer"], layer] as Expression;
const drawn = (layer: Layer, kind: "Polygon" | "Point") =>
  ["all", only(layer), ["==", ["geometry-type"], kind]] as Expression;

/** An expression that chooses by the layer's deciding attribute. */
function by<T>(layer: Layer, of: (value?: string) => T): Expression {
  const variants = VARIANTS[layer];
  if (variants === undefined) return of() as Expression;
  const cases = Object.keys(variants.values).flatMap((value) => [value, of(value)]);
  return ["match", ["to-string", ["get", variants.key]], ...cases, of()] as Expression;
}

const byState = <T>(of: (state: string) => T) =>
  ["match", ["get", "state"], ...Object.keys(STATE_DASHES).flatMap((state) => [state, of(state)]), of("good")] as Expression;
const dashes = byState((state) => ["literal", STATE_DASHES[state]]);
const faint = (full: number, less: number) =>
  ["case", ["in", ["get", "state"], ["literal", FAINT]], less, full] as Expression;

function addAreas(map: Engine): void {
  map.addLayer({
    id: "land-forest_stand-area",
    type: "fill",
    source: "land",
    filter: only("forest_stand"),
    paint: { "fill-color": by("forest_stand", (it) => look("forest_stand", it).colour), "fill-opacity": 0.16 },
  });
  map.addLayer({
    id: "land-forest_stand",
    type: "line",
    source: "land",
    filter: only("forest_stand"),
    paint: {
      "line-color": by("forest_stand", (it) => look("forest_stand", it).colour),
      "line-opacity": ["interpolate", ["linear"], ["zoom"], 9, 0.2, 12, 0.7],
      "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.3, 13, 1],
    },
  });
  map.addLayer({
    id: "land-airspace-area",
    type: "fill",
    source: "land",
    filter: only("airspace"),
    paint: { "fill-color": by("airspace", (it) => look("airspace", it).colour), "fill-opacity": 0.1 },
  });
  map.addLayer({
    id: "land-airspace",
    type: "line",
    source: "land",
    filter: only("airspace"),
    paint: { "line-color": by("airspace", (it) => look("airspace", it).colour), "line-width": 1.8, "line-dasharray": [3, 1.5] },
  });
  map.addLayer({
    id: "land-mountain_unit",
    type: "line",
    source: "land",
    filter: only("mountain_unit"),
    paint: { "line-color": SYMBOLS.mountain_unit.colour, "line-opacity": 0.7, "line-width": 1.5, "line-dasharray": [7, 2.5] },
  });
  map.addLayer({
    id: "land-township",
    type: "line",
    source: "land",
    filter: only("township"),
    paint: { "line-color": "#cfe0da", "line-opacity": 0.55, "line-width": 1.3, "line-dasharray": [4, 2, 1, 2] },
  });
}

function addLines(map: Engine): void {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  map.addLayer({
    id: "land-pipe-case",
    type: "line",
    source: "land",
    filter: only("pipe"),
    layout: round,
    paint: { "line-color": "#06121a", "line-width": 4.4, "line-opacity": faint(0.7, 0.3) },
  });
  map.addLayer({
    id: "land-pipe",
    type: "line",
    source: "land",
    filter: only("pipe"),
    paint: { "line-color": SYMBOLS.pipe.colour, "line-width": 2.2, "line-dasharray": byState((it) => ["literal", it === "good" ? [1, 0] : STATE_DASHES[it]]), "line-opacity": faint(1, 0.55) },
  });
  map.addLayer({
    id: "land-road-case",
    type: "line",
    source: "land",
    filter: only("road"),
    layout: round,
    paint: { "line-color": "#0a1011", "line-width": by("road", (it) => look("road", it).width! + 2.2), "line-opacity": 0.7 },
  });
  map.addLayer({
    id: "land-road",
    type: "line",
    source: "land",
    filter: only("road"),
    layout: { "line-join": "round" },
    paint: {
      "line-color": by("road", (it) => look("road", it).colour),
      "line-width": by("road", (it) => look("road", it).width!),
      "line-dasharray": by("road", (it) => ["literal", look("road", it).dash ?? [1, 0]]),
      "line-opacity": faint(1, 0.55),
    },
  });
}

function addBelts(map: Engine): void {
  const colour = by("forest_belt", (it) => look("forest_belt", it).colour);
  map.addLayer({
    id: "land-forest_belt-area",
    type: "fill",
    source: "land",
    filter: drawn("forest_belt", "Polygon"),
    paint: { "fill-color": colour, "fill-opacity": 0.28 },
  });
  map.addLayer({
    id: "land-forest_belt-case",
    type: "line",
    source: "land",
    filter: only("forest_belt"),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "#06180f", "line-width": 8, "line-opacity": faint(0.65, 0.3) },
  });
  map.addLayer({
    id: "land-forest_belt",
    type: "line",
    source: "land",
    filter: only("forest_belt"),
    layout: { "line-join": "round" },
    paint: { "line-color": colour, "line-width": 4.5, "line-dasharray": dashes, "line-opacity": faint(1, 0.6) },
  });
}

function addSymbols(map: Engine): void {
  for (const layer of POINTS) {
    const images = [undefined, ...Object.keys(VARIANTS[layer]?.values ?? {})];
    for (const value of images)
      map.addImage(imageOf(layer, value), symbolImage(symbolOf(layer, value)), { pixelRatio: PIXEL_RATIO });
    map.addLayer({
      id: `land-${layer}-area`,
      type: "fill",
      source: "land",
      filter: drawn(layer, "Polygon"),
      paint: { "fill-color": SYMBOLS[layer].colour, "fill-opacity": 0.25, "fill-outline-color": SYMBOLS[layer].colour },
    });
    map.addLayer({
      id: `land-${layer}-dot`,
      type: "circle",
      source: "land",
      filter: drawn(layer, "Point"),
      paint: {
        "circle-color": by(layer, (it) => symbolOf(layer, it).colour),
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.3, 12, 3.2],
        "circle-opacity": faint(0.9, 0.4),
        "circle-stroke-color": "#05090a",
        "circle-stroke-width": 0.6,
      },
    });
    map.addLayer({
      id: `land-${layer}`,
      type: "symbol",
      source: "land",
      filter: only(layer),
      layout: {
        "icon-image": by(layer, (it) => imageOf(layer, it)),
        "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 12, 1],
        "icon-allow-overlap": true,
        "icon-ignore-placement": layer === "village",
      },
      paint: { "icon-opacity": faint(1, 0.5) },
    });
  }
}

const imageOf = (layer: Layer, value?: string) => `symbol-${layer}${value === undefined ? "" : `-${value}`}`;

/** Symbols, dots and names from the zoom at which so many of a layer have room. */
function range(map: Engine, land: Land): void {
  const counts = new Map<Layer, number>();
  for (const { properties } of land.features) counts.set(properties.layer, (counts.get(properties.layer) ?? 0) + 1);
  for (const layer of LAYERS) {
    const count = counts.get(layer) ?? 0;
    map.setLayerZoomRange(`name-${layer}`, namesFrom(layer, count), 24);
    if (!POINTS.includes(layer)) continue;
    const from = symbolsFrom(layer, count);
    map.setLayerZoomRange(`land-${layer}`, from, 24);
    map.setLayerZoomRange(`land-${layer}-dot`, layer === "village" ? VILLAGES_FROM : 0, from);
  }
}

export function addLand(map: Engine, land: Land): void {
  map.addSource("land", { type: "geojson", data: land });
  addAreas(map);
  addLines(map);
  addBelts(map);
  addSymbols(map);
  // Later layers are placed first: townships win over belts, belts over points, points over roads.
  const order: readonly Layer[] = ["pipe", "road", "forest_stand", ...POINTS, "forest_belt", "mountain_unit", "airspace", "township"];
  addNames(
    map,
    land,
    order.map((layer) => {
      const beside = POINTS.includes(layer);
      const offset: [number, number] = beside ? [layer === "village" ? 4 : 10, 0] : [0, layer === "forest_belt" ? 15 : 0];
      return { layer, beside, offset };
    }),
  );
  range(map, land);
}

/** Draw another land in place of the one before. */
export function setLand(map: Engine, land: Land): void {
  (map.getSource("land") as { setData(data: unknown): void } | undefined)?.setData(land);
  setNames(map, land);
  range(map, land);
}

/** Show or hide one land layer with its names. */
export function showLand(map: Engine, layer: Layer, shown: boolean): void {
  for (const id of [`land-${layer}`, `land-${layer}-case`, `land-${layer}-area`, `land-${layer}-dot`, `name-${layer}`])
    if (map.getLayer(id) !== undefined)
      map.setLayoutProperty(id, "visibility", shown ? "visible" : "none");
}

export { LAYERS };
