/** The land layers: outlines, belts, roads, points and their names. */

import type { Land, LandFeature, Layer } from "../api";
import { labelPoint } from "../lib/geodesy";
import type { Engine } from "./engine";
import { LAYERS, type Lettering, nameImage, PIXEL_RATIO, SYMBOLS, symbolImage } from "./symbols";

const POINTS: readonly Layer[] = ["village", "checkpoint", "hydrant", "helipad", "water_point"];

const LETTERS: Record<Layer, Lettering> = {
  township: { size_px: 14, weight: 600, colour: "#dbe7e2", spacing_px: 1.5 },
  village: { size_px: 11.5, weight: 400, colour: "#cfd8d3" },
  forest_belt: { size_px: 12, weight: 500, colour: "#9af0bb" },
  water_point: { size_px: 11.5, weight: 500, colour: "#a9d5fb" },
  helipad: { size_px: 11.5, weight: 500, colour: "#e7edf0" },
  hydrant: { size_px: 11.5, weight: 500, colour: "#93e3e1" },
  road: { size_px: 11, weight: 400, colour: "#d8cdb1" },
  checkpoint: { size_px: 11.5, weight: 500, colour: "#f0d98b" },
};

/** Zoom from which the names of a layer are written. */
const NAMES_FROM: Record<Layer, number> = {
  township: 0,
  village: 10.6,
  forest_belt: 11.2,
  water_point: 10.6,
  helipad: 10.8,
  hydrant: 11.2,
  road: 11.4,
  checkpoint: 11,
};

const only = (layer: Layer) => ["==", ["get", "layer"], layer] as never;

export function addLand(map: Engine, land: Land): void {
  map.addSource("land", { type: "geojson", data: land });
  map.addLayer({
    id: "land-township",
    type: "line",
    source: "land",
    filter: only("township"),
    paint: { "line-color": "#cfe0da", "line-opacity": 0.55, "line-width": 1.3, "line-dasharray": [4, 2, 1, 2] },
  });
  map.addLayer({
    id: "land-road-case",
    type: "line",
    source: "land",
    filter: only("road"),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "#0a1011", "line-width": 4, "line-opacity": 0.7 },
  });
  map.addLayer({
    id: "land-road",
    type: "line",
    source: "land",
    filter: only("road"),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": SYMBOLS.road.colour, "line-width": 1.8 },
  });
  map.addLayer({
    id: "land-forest_belt-area",
    type: "fill",
    source: "land",
    filter: ["all", only("forest_belt"), ["==", ["geometry-type"], "Polygon"]] as never,
    paint: { "fill-color": SYMBOLS.forest_belt.colour, "fill-opacity": 0.28 },
  });
  map.addLayer({
    id: "land-forest_belt-case",
    type: "line",
    source: "land",
    filter: only("forest_belt"),
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": "#06180f", "line-width": 8, "line-opacity": 0.65 },
  });
  map.addLayer({
    id: "land-forest_belt",
    type: "line",
    source: "land",
    filter: only("forest_belt"),
    layout: { "line-join": "round" },
    paint: { "line-color": SYMBOLS.forest_belt.colour, "line-width": 4.5, "line-dasharray": [2.2, 0.7] },
  });
  addPoints(map);
  addNames(map, land);
}

function addPoints(map: Engine): void {
  for (const layer of POINTS) {
    map.addImage(`symbol-${layer}`, symbolImage(SYMBOLS[layer]), { pixelRatio: PIXEL_RATIO });
    map.addLayer({
      id: `land-${layer}`,
      type: "symbol",
      source: "land",
      filter: only(layer),
      minzoom: layer === "village" ? 9.5 : 0,
      layout: {
        "icon-image": `symbol-${layer}`,
        "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 12, 1],
        "icon-allow-overlap": true,
        "icon-ignore-placement": layer === "village",
      },
    });
  }
}

function nameOf(feature: LandFeature, index: number): GeoJSON.Feature | null {
  const at = labelPoint(feature.geometry);
  if (at === null || feature.properties.name === "") return null;
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: at },
    properties: { layer: feature.properties.layer, image: `name-${index}` },
  };
}

function addNames(map: Engine, land: Land): void {
  const features: GeoJSON.Feature[] = [];
  land.features.forEach((feature, index) => {
    const named = nameOf(feature as LandFeature, index);
    if (named === null) return;
    const { layer, name } = feature.properties;
    map.addImage(`name-${index}`, nameImage(name, LETTERS[layer]), { pixelRatio: PIXEL_RATIO });
    features.push(named);
  });
  map.addSource("names", { type: "geojson", data: { type: "FeatureCollection", features } });
  // Later layers are placed first: townships win over belts, belts over points, points over roads.
  const order: Layer[] = ["road", "village", "hydrant", "checkpoint", "helipad", "water_point", "forest_belt", "township"];
  for (const layer of order) {
    const point = POINTS.includes(layer);
    map.addLayer({
      id: `name-${layer}`,
      type: "symbol",
      source: "names",
      filter: only(layer),
      minzoom: NAMES_FROM[layer],
      layout: {
        "icon-image": ["get", "image"],
        "icon-anchor": point ? "left" : "center",
        "icon-offset": point ? [layer === "village" ? 4 : 10, 0] : [0, layer === "forest_belt" ? 15 : 0],
        "icon-padding": 3,
      },
    });
  }
}

/** Show or hide one land layer with its names. */
export function showLand(map: Engine, layer: Layer, shown: boolean): void {
  const ids = [`land-${layer}`, `land-${layer}-case`, `land-${layer}-area`, `name-${layer}`];
  for (const id of ids)
    if (map.getLayer(id) !== undefined)
      map.setLayoutProperty(id, "visibility", shown ? "visible" : "none");
}

export { LAYERS };
