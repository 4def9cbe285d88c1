/** A crossing on the map: bearings of those who meet, the ellipse, the joint places, and reports. */

import type { Match, Observation, Witness } from "../api/crossings";
import type { LonLat } from "../api/shared";
import { destination, sector } from "../lib/geodesy";
import type { Engine, GeoJSONSource } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const NINETY = 1.645;
const MEETING = "#f4f1ff";
const TOLD = "#c9a6ff";
/** How far a told direction is drawn; nobody says how far they see. */
const TOLD_REACH_M = 8000;

export function addCrossings(map: Engine): void {
  map.addSource("crossings", { type: "geojson", data: EMPTY });
  const of = (kind: string) => ["==", ["get", "kind"], kind] as never;
  const colour = ["get", "colour"] as never;
  map.addLayer({
    id: "told-area",
    type: "fill",
    source: "crossings",
    filter: of("told-area"),
    paint: { "fill-color": colour, "fill-opacity": 0.12 },
  });
  map.addLayer({
    id: "told-edge",
    type: "line",
    source: "crossings",
    filter: of("told-area"),
    paint: { "line-color": colour, "line-width": 1.4, "line-opacity": 0.8, "line-dasharray": [3, 2] },
  });
  map.addLayer({
    id: "crossing-line",
    type: "line",
    source: "crossings",
    filter: of("line"),
    paint: { "line-color": colour, "line-width": 1.6, "line-opacity": 0.85, "line-dasharray": [5, 2] },
  });
  map.addLayer({
    id: "crossing-place",
    type: "fill",
    source: "crossings",
    filter: of("place"),
    paint: { "fill-color": colour, "fill-opacity": ["+", 0.15, ["*", 0.4, ["get", "weight"]]] },
  });
  map.addLayer({
    id: "crossing-ellipse",
    type: "line",
    source: "crossings",
    filter: of("ellipse"),
    paint: { "line-color": colour, "line-width": 2.2 },
  });
}

function feature(kind: string, colour: string, geometry: GeoJSON.Geometry, weight = 1): GeoJSON.Feature {
  return { type: "Feature", properties: { kind, colour, weight }, geometry };
}

const polygon = (ring: LonLat[]): GeoJSON.Polygon => ({ type: "Polygon", coordinates: [ring] });

function circle(at: LonLat, radius_m: number): LonLat[] {
  const ring = Array.from({ length: 48 }, (_, index) => destination(at, index * -7.5, radius_m));
  return [...ring, ring[0]!];
}

/** What a person told: a dashed circle, or a sector as wide as the word was vague. */
function toldRing(it: Observation): LonLat[] {
  const at: LonLat = [it.lon_deg, it.lat_deg];
  if (it.bearing_deg === null || it.sigma_deg === null) return circle(at, it.radius_m ?? 0);
  return sector(at, it.bearing_deg, 2 * NINETY * it.sigma_deg, TOLD_REACH_M);
}

export function crossingFeatures(
  match: Match | null,
  witness: (key: string) => Witness | undefined,
  observations: readonly Observation[],
): GeoJSON.FeatureCollection {
  const features = observations.map((it) => feature("told-area", TOLD, polygon(toldRing(it))));
  if (match === null) return { type: "FeatureCollection", features };
  for (const member of match.members) {
    const from = witness(member.key);
    if (from === undefined || from.bearing_deg === null) continue;
    const start: LonLat = [from.lon_deg, from.lat_deg];
    const end = destination(start, from.bearing_deg, member.range_m * 1.06);
    features.push(feature("line", MEETING, { type: "LineString", coordinates: [start, end] }));
  }
  for (const place of match.places)
    features.push(feature("place", MEETING, polygon(place.outline_lonlat), place.weight));
  features.push(feature("ellipse", MEETING, polygon(match.ellipse_lonlat)));
  return { type: "FeatureCollection", features };
}

export function setCrossings(map: Engine, data: GeoJSON.FeatureCollection): void {
  void (map.getSource("crossings") as GeoJSONSource | undefined)?.setData(data);
}

/** Everything of a crossing that should be in view. */
export function extentOfMatch(match: Match, witness: (key: string) => Witness | undefined): LonLat[] {
  const points: LonLat[] = [...match.ellipse_lonlat];
  for (const member of match.members) {
    const from = witness(member.key);
    if (from !== undefined) points.push([from.lon_deg, from.lat_deg]);
  }
  return points;
}
