/** Coordinates as people copy them and as map programs take them, each in the system it is named for. */

import type { Point } from "./wire";

const DIGITS = 6; // 0.1 m

/** `28.860000,106.655000`: latitude first, as map programs search it. */
export const pairOf = (point: Point): string => `${point.lat_deg.toFixed(DIGITS)},${point.lon_deg.toFixed(DIGITS)}`;

/** `28.860000° N` and `106.655000° E`. */
export function degreesOf(point: Point): { lat: string; lon: string } {
  return {
    lat: `${Math.abs(point.lat_deg).toFixed(DIGITS)}° ${point.lat_deg < 0 ? "S" : "N"}`,
    lon: `${Math.abs(point.lon_deg).toFixed(DIGITS)}° ${point.lon_deg < 0 ? "W" : "E"}`,
  };
}

/** RFC 5870, which is WGS 84 unless it says otherwise; `q` puts a mark there on Android. */
export const geoLink = (wgs84: Point): string => `geo:${pairOf(wgs84)}?q=${pairOf(wgs84)}`;

/** Amap's own scheme; `dev=0` says that the numbers are GCJ-02 already and are not to be moved. */
export function amapLink(gcj02: Point, name: string, agent: string): string {
  const scheme = /iPhone|iPad|iPod/.test(agent) ? "iosamap" : "androidamap";
  const [lat, lon] = pairOf(gcj02).split(",");
  return `${scheme}://viewMap?sourceApplication=firewatch&poiname=${encodeURIComponent(name)}&lat=${lat}&lon=${lon}&dev=0`;
}

export const COMPASS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
export type Compass = (typeof COMPASS)[number];

/** The one of eight directions that a bearing (degrees, clockwise from true north) is nearest to. */
export function compassOf(bearing_deg: number): Compass {
  return COMPASS[((Math.round(bearing_deg / 45) % 8) + 8) % 8] ?? "n";
}
