/** A planned sweep: the strip that the camera sees, the path, its turning points. */

import type { LonLat } from "../api/shared";
import type { Sweep } from "../api/sweeps";
import type { Engine, GeoJSONSource } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export function addSweeps(map: Engine): void {
  map.addSource("sweep", { type: "geojson", data: EMPTY });
  map.addLayer({
    id: "sweep-strip",
    type: "fill",
    source: "sweep",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "fill-color": "#b7a6ff", "fill-opacity": 0.24 },
  });
  map.addLayer({
    id: "sweep-edge",
    type: "line",
    source: "sweep",
    filter: ["==", ["geometry-type"], "Polygon"],
    paint: { "line-color": "#b7a6ff", "line-width": 1.2, "line-opacity": 0.9 },
  });
  map.addLayer({
    id: "sweep-path",
    type: "line",
    source: "sweep",
    filter: ["==", ["geometry-type"], "LineString"],
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": "#f3efff", "line-width": 2.4 },
  });
  map.addLayer({
    id: "sweep-points",
    type: "circle",
    source: "sweep",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 4,
      "circle-color": "#1a1533",
      "circle-stroke-color": "#f3efff",
      "circle-stroke-width": 1.8,
    },
  });
}

export function setSweep(map: Engine, sweep: Sweep | null): void {
  const source = map.getSource("sweep") as GeoJSONSource | undefined;
  if (source === undefined) return;
  if (sweep === null) {
    void source.setData(EMPTY);
    return;
  }
  const path: LonLat[] = sweep.waypoints.map((point) => [point.lon_deg, point.lat_deg]);
  const shapes: GeoJSON.Geometry[] = [
    { type: "Polygon", coordinates: [sweep.footprint_lonlat] },
    { type: "LineString", coordinates: path },
    ...path.map((coordinates) => ({ type: "Point" as const, coordinates })),
  ];
  void source.setData({
    type: "FeatureCollection",
    features: shapes.map((geometry) => ({ type: "Feature", properties: {}, geometry })),
  });
}
