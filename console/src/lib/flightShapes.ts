/** A flight as shapes of the map: the way that its mission goes, and the way that it flew. */

import type { AircraftNow, FlightTrack } from "../api/flights";
import { placeOf } from "../api/flights";
import type { LonLat } from "../api/shared";
import { gravest, isStale } from "./flightStates";

/** Longer than this without a word is a hole in the track, and no straight way. */
export const HOLE_S = 30;

/** Every geometry of whatever GeoJSON it is; null and what has no shape are none. */
export function geometriesOf(shape: FlightTrack["path"]): GeoJSON.Geometry[] {
  if (shape === null || shape === undefined) return [];
  if (shape.type === "FeatureCollection") return shape.features.flatMap((it) => geometriesOf(it));
  if (shape.type === "Feature") return geometriesOf(shape.geometry);
  if (shape.type === "GeometryCollection") return shape.geometries.flatMap((it) => geometriesOf(it));
  return [shape];
}

/** What was flown, in pieces: where nothing was heard for long, nothing is drawn. */
export function piecesFlown(points: FlightTrack["points"]): LonLat[][] {
  const pieces: LonLat[][] = [];
  let last_ms = -Infinity;
  for (const [lon, lat, , at] of points) {
    const at_ms = Date.parse(at);
    if (at_ms - last_ms > HOLE_S * 1000) pieces.push([]);
    pieces.at(-1)!.push([lon, lat]);
    last_ms = at_ms;
  }
  return pieces;
}

const feature = (geometry: GeoJSON.Geometry, role: string): GeoJSON.Feature => ({ type: "Feature", geometry, properties: { role } });

export function flightFeatures(track: FlightTrack | null): GeoJSON.Feature[] {
  if (track === null) return [];
  return [
    ...geometriesOf(track.path).map((it) => feature(it, it.type === "Point" || it.type === "MultiPoint" ? "point" : "mission")),
    ...piecesFlown(track.points).filter((it) => it.length > 1).map((it) => feature({ type: "LineString", coordinates: it }, "flown")),
  ];
}

export interface AircraftMark {
  key: string;
  at: LonLat;
  text: string;
  heading_deg: number | null;
  /** What it told is old: it may be elsewhere. */
  old: boolean;
  warns: boolean;
  run_id: number | null;
}

/** Aircraft whose place is known; one that is not heard of stands where it was heard of last. */
export const aircraftMarks = (all: readonly AircraftNow[], now: Date): AircraftMark[] =>
  all.flatMap((it) => {
    const at = placeOf(it.state);
    if (at === null || it.state === null) return [];
    return [{ key: it.aircraft, at, text: it.aircraft, heading_deg: it.state.heading_deg, old: !it.is_heard || isStale(it.state, now), warns: gravest(it.state) >= 2, run_id: it.run_id }];
  });
