/** The thing of the land that was chosen in a list: a bright edge around it. */

import type { Engine, GeoJSONSource } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const COLOUR = "#fff3b0";

export function addFocus(map: Engine): void {
  map.addSource("focus", { type: "geojson", data: EMPTY });
  map.addLayer({
    id: "focus-line",
    type: "line",
    source: "focus",
    filter: ["!=", ["geometry-type"], "Point"],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": COLOUR, "line-width": 3, "line-gap-width": 5, "line-opacity": 0.95 },
  });
  map.addLayer({
    id: "focus-point",
    type: "circle",
    source: "focus",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 17,
      "circle-color": "rgba(0, 0, 0, 0)",
      "circle-stroke-color": COLOUR,
      "circle-stroke-width": 3,
    },
  });
}

export function setFocus(map: Engine, geometry: GeoJSON.Geometry | null): void {
  void map.getSource<GeoJSONSource>("focus")?.setData(
    geometry === null
      ? EMPTY
      : { type: "FeatureCollection", features: [{ type: "Feature", properties: {}, geometry }] },
  );
}
