/** Names of land features: written by the system's own fonts when a tile first asks for one. */

import type { Land, LandFeature, Layer } from "../api/land";
import { labelPoint } from "../lib/geodesy";
import type { Engine } from "./engine";
import { type Lettering, nameImage, PIXEL_RATIO } from "./symbols";

const LETTERS: Record<Layer, Lettering> = {
  township: { size_px: 14, weight: 600, colour: "#dbe7e2", spacing_px: 1.5 },
  village: { size_px: 11.5, weight: 400, colour: "#cfd8d3" },
  mountain_unit: { size_px: 13, weight: 500, colour: "#dcc8f2", spacing_px: 2 },
  forest_stand: { size_px: 11, weight: 400, colour: "#bcdcae" },
  forest_belt: { size_px: 12, weight: 500, colour: "#9af0bb" },
  water_point: { size_px: 11.5, weight: 500, colour: "#a9d5fb" },
  pool: { size_px: 11.5, weight: 500, colour: "#b3c9f7" },
  pipe: { size_px: 11, weight: 400, colour: "#9fdcea" },
  hydrant: { size_px: 11.5, weight: 500, colour: "#93e3e1" },
  intake: { size_px: 11.5, weight: 500, colour: "#b8e6fa" },
  quay: { size_px: 11.5, weight: 500, colour: "#c6d8fa" },
  road: { size_px: 11, weight: 400, colour: "#d8cdb1" },
  checkpoint: { size_px: 11.5, weight: 500, colour: "#f0d98b" },
  helipad: { size_px: 11.5, weight: 500, colour: "#e7edf0" },
  tower: { size_px: 11.5, weight: 500, colour: "#cdf09a" },
  post: { size_px: 11.5, weight: 500, colour: "#dde6a3" },
  node: { size_px: 11.5, weight: 400, colour: "#e6c3f5" },
  station: { size_px: 11.5, weight: 500, colour: "#f7c6d8" },
  airspace: { size_px: 11.5, weight: 500, colour: "#ffb3b3" },
};

const MARK = "name|";
const SOURCE = "names";

interface Placing {
  layer: Layer;
  /** Beside a symbol rather than over the place. */
  beside: boolean;
  offset: [number, number];
}

function named(feature: LandFeature): GeoJSON.Feature | null {
  const { layer, name } = feature.properties;
  const at = labelPoint(feature.geometry);
  if (at === null || name === "") return null;
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: at },
    properties: { layer, image: `${MARK}${layer}|${name}` },
  };
}

export function nameFeatures(land: Land): GeoJSON.FeatureCollection {
  const features = land.features.map((it) => named(it as LandFeature)).filter((it) => it !== null);
  return { type: "FeatureCollection", features };
}

function write(map: Engine, id: string): void {
  if (!id.startsWith(MARK) || map.hasImage(id)) return;
  const [, layer, ...name] = id.split("|");
  map.addImage(id, nameImage(name.join("|"), LETTERS[layer as Layer]), { pixelRatio: PIXEL_RATIO });
}

/** Names over all that is drawn; of those that collide, those of the later layer stay. */
export function addNames(map: Engine, land: Land, order: readonly Placing[]): void {
  map.setMissingStyleImageResolver((id) => write(map, id));
  map.addSource(SOURCE, { type: "geojson", data: nameFeatures(land) });
  for (const { layer, beside, offset } of order)
    map.addLayer({
      id: `name-${layer}`,
      type: "symbol",
      source: SOURCE,
      filter: ["==", ["get", "layer"], layer],
      layout: {
        "icon-image": ["get", "image"],
        "icon-anchor": beside ? "left" : "center",
        "icon-offset": offset,
        "icon-padding": 3,
      },
    });
}

export function setNames(map: Engine, land: Land): void {
  (map.getSource(SOURCE) as { setData(data: unknown): void } | undefined)?.setData(nameFeatures(land));
}
