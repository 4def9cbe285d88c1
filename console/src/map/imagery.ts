/** Footage on the map: the ground that it shows, and where its finds lie. */

import { type Engine, type GeoJSONSource } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const FOUND = "#ff8a3d";
const CHOSEN = "#fff3b0";
const GROUND = "#b7a6ff";

const role = (name: string) => ["==", ["get", "role"], name] as never;
const colour = ["case", ["boolean", ["get", "chosen"], false], CHOSEN, FOUND] as never;

export function addImagery(map: Engine): void {
  map.addSource("imagery", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "imagery-ground", type: "fill", source: "imagery", filter: role("footprint"), paint: { "fill-color": GROUND, "fill-opacity": 0.14 } });
  map.addLayer({ id: "imagery-ground-edge", type: "line", source: "imagery", filter: role("footprint"), paint: { "line-color": GROUND, "line-width": 1.4, "line-dasharray": [4, 2] } });
  map.addLayer({ id: "imagery-region", type: "fill", source: "imagery", filter: role("region"), paint: { "fill-color": colour, "fill-opacity": 0.22 } });
  map.addLayer({ id: "imagery-region-edge", type: "line", source: "imagery", filter: role("region"), paint: { "line-color": colour, "line-width": 1.8 } });
  map.addLayer({ id: "imagery-hit", type: "circle", source: "imagery", filter: role("hit"), paint: { "circle-radius": 4.5, "circle-color": colour, "circle-stroke-color": "#06100d", "circle-stroke-width": 1.4 } });
}

export function setImagery(map: Engine, features: GeoJSON.Feature[]): void {
  void (map.getSource("imagery") as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
}
