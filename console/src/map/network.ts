/** What the facilities lack, drawn over the land: stands, gaps, ways to what is missing. */

import { FINDING_KINDS, type FindingShapes } from "../api/network";
import { findingColour } from "../lib/network";
import type { Engine, GeoJSONSource } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const colour = ["match", ["get", "kind"], ...FINDING_KINDS.flatMap((kind) => [kind, findingColour(kind)]), "#ffffff"] as never;
const only = (kind: "Polygon" | "LineString" | "Point") => ["==", ["geometry-type"], kind] as never;

export function addNetwork(map: Engine): void {
  map.addSource("network", { type: "geojson", data: EMPTY });
  map.addSource("network-spots", { type: "geojson", data: EMPTY });
  map.addLayer({
    id: "network-stand",
    type: "fill",
    source: "network",
    filter: only("Polygon"),
    paint: { "fill-color": colour, "fill-opacity": 0.22 },
  });
  map.addLayer({
    id: "network-border",
    type: "line",
    source: "network",
    filter: only("Polygon"),
    paint: { "line-color": colour, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.6, 13, 1.6] },
  });
  map.addLayer({
    id: "network-way-case",
    type: "line",
    source: "network",
    filter: only("LineString"),
    layout: { "line-cap": "round" },
    paint: { "line-color": "#14090a", "line-width": 5, "line-opacity": 0.7 },
  });
  map.addLayer({
    id: "network-way",
    type: "line",
    source: "network",
    filter: only("LineString"),
    paint: { "line-color": colour, "line-width": 2.6, "line-dasharray": [1.6, 1.2] },
  });
  map.addLayer({
    id: "network-end",
    type: "circle",
    source: "network",
    filter: only("Point"),
    paint: { "circle-radius": 6, "circle-color": "rgba(0, 0, 0, 0)", "circle-stroke-color": colour, "circle-stroke-width": 2.5 },
  });
  // A way of a few metres is none to be seen from afar.
  map.addLayer({
    id: "network-spot",
    type: "circle",
    source: "network-spots",
    maxzoom: 12.5,
    paint: { "circle-radius": 3.4, "circle-color": colour, "circle-stroke-color": "#14090a", "circle-stroke-width": 1 },
  });
}

/** Their middles as well, for those who look from afar. */
function spots(shapes: FindingShapes): GeoJSON.FeatureCollection {
  const features = shapes.features.flatMap((it): GeoJSON.Feature[] => {
    if (it.geometry.type !== "LineString") return [];
    const { lon_deg, lat_deg } = it.properties;
    return [{ type: "Feature", geometry: { type: "Point", coordinates: [lon_deg, lat_deg] }, properties: it.properties }];
  });
  return { type: "FeatureCollection", features };
}

export function setNetwork(map: Engine, shapes: FindingShapes | null): void {
  void map.getSource<GeoJSONSource>("network")?.setData(shapes ?? EMPTY);
  void map.getSource<GeoJSONSource>("network-spots")?.setData(shapes === null ? EMPTY : spots(shapes));
}
