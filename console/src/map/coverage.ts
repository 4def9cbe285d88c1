/** Coverage as a picture under everything else, and lines from the towers that see an asked place. */

import type { ImageSource } from "maplibre-gl";
import type { Camera } from "../api/cameras";
import type { Bounds, PlaceSight } from "../api/coverage";
import type { LonLat } from "../api/shared";
import { pointOf } from "../lib/points";
import type { Engine, GeoJSONSource } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const ID = "coverage";

function corners([west, south, east, north]: Bounds): [LonLat, LonLat, LonLat, LonLat] {
  return [[west, north], [east, north], [east, south], [west, south]];
}

/** The picture; null takes it away. */
export function setCoverage(map: Engine, picture: { url: string; bounds: Bounds } | null): void {
  if (picture === null) {
    if (map.getLayer(ID) !== undefined) map.removeLayer(ID);
    if (map.getSource(ID) !== undefined) map.removeSource(ID);
    return;
  }
  const coordinates = corners(picture.bounds);
  const url = new URL(picture.url, location.href).href;
  const source = map.getSource(ID) as ImageSource | undefined;
  if (source !== undefined) {
    source.updateImage({ url, coordinates });
    return;
  }
  map.addSource(ID, { type: "image", url, coordinates });
  map.addLayer(
    {
      id: ID,
      type: "raster",
      source: ID,
      // A cell is a cell: between two of them nothing is known.
      paint: { "raster-resampling": "nearest", "raster-fade-duration": 0, "raster-opacity": 0.82 },
    },
    map.getLayer("views") === undefined ? undefined : "views",
  );
}

export function addPlaceSight(map: Engine): void {
  map.addSource("asked", { type: "geojson", data: EMPTY });
  map.addLayer({
    id: "asked-lines-edge",
    type: "line",
    source: "asked",
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": "#06100d", "line-width": 4.2, "line-opacity": 0.8 },
  });
  map.addLayer({
    id: "asked-lines",
    type: "line",
    source: "asked",
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": ["case", ["get", "watched"], "#fde725", "#eef4f3"], "line-width": 1.8 },
  });
  map.addLayer({
    id: "asked-place",
    type: "circle",
    source: "asked",
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 6,
      "circle-color": "#06100d",
      "circle-stroke-color": "#fde725",
      "circle-stroke-width": 2.4,
    },
  });
}

export function setPlaceSight(
  map: Engine,
  place: LonLat | null,
  sight: PlaceSight | null,
  cameras: Camera[],
): void {
  const source = map.getSource("asked") as GeoJSONSource | undefined;
  if (source === undefined) return;
  if (place === null) {
    void source.setData(EMPTY);
    return;
  }
  const looked = new Set((sight?.watched ?? []).map((look) => look.camera_id));
  const lines = (sight?.towers ?? []).flatMap((tower) => {
    const camera = cameras.find((it) => it.camera_id === tower.camera_id);
    if (tower.sees !== true || camera === undefined) return [];
    return [
      {
        type: "Feature" as const,
        properties: { watched: looked.has(tower.camera_id) },
        geometry: { type: "LineString" as const, coordinates: [pointOf(camera.position), place] },
      },
    ];
  });
  void source.setData({
    type: "FeatureCollection",
    features: [
      ...lines,
      { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: place } },
    ],
  });
}
