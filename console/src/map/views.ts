/** Cameras: a marker each, and what each preset sees, coloured by state. */

import type { Camera } from "../api/cameras";
import type { LonLat } from "../api/shared";
import { pointOf } from "../lib/points";
import { distance, sector } from "../lib/geodesy";
import { CAMERA_COLOUR } from "../lib/states";
import { type Engine, type GeoJSONSource } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export function addViews(map: Engine): void {
  map.addSource("views", { type: "geojson", data: EMPTY });
  map.addLayer({
    id: "views",
    type: "fill",
    source: "views",
    paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.08 },
  });
  map.addLayer({
    id: "views-edge",
    type: "line",
    source: "views",
    paint: { "line-color": ["get", "colour"], "line-opacity": 0.45, "line-width": 1.1 },
  });
}

/** Length of a drawn view: a fifth of the site, it says direction and width, not reach. */
export function viewRadius(bounds: readonly [number, number, number, number]): number {
  const corner: LonLat = [bounds[0], bounds[1]];
  return Math.max(1500, distance(corner, [bounds[2], bounds[3]]) * 0.17);
}

export function viewFeatures(cameras: Camera[], radius_m: number): GeoJSON.FeatureCollection {
  return {
    type: "FeatureCollection",
    features: cameras.flatMap((camera) =>
      camera.presets.map((preset) => ({
        type: "Feature" as const,
        properties: { colour: CAMERA_COLOUR[camera.state] },
        geometry: {
          type: "Polygon" as const,
          coordinates: [
            sector(
              pointOf(camera.position),
              preset.pose.azimuth_deg,
              preset.pose.horizontal_fov_deg,
              // Under the trees nobody sees far.
              camera.kind === "canopy" ? radius_m * 0.3 : radius_m,
            ),
          ],
        },
      })),
    ),
  };
}

export function setViews(map: Engine, data: GeoJSON.FeatureCollection): void {
  void (map.getSource("views") as GeoJSONSource | undefined)?.setData(data);
}

export function showViews(map: Engine, shown: boolean): void {
  for (const id of ["views", "views-edge"])
    map.setLayoutProperty(id, "visibility", shown ? "visible" : "none");
}
