/** What is marked in a picture and on the map, and what of it goes to the server. */

import type { FittedMark, LinePx, MarkRequest, StatedPlace } from "../api/calibration";
import type { Camera } from "../api/cameras";
import type { Land, Layer } from "../api/land";
import type { FullPose, HeightDatum, LonLat } from "../api/shared";

export interface MarkDraft {
  id: number;
  name: string;
  /** Where the picture shows it; null until it is clicked there. */
  px: [number, number] | null;
  place: { coordinates: string; east: number; north: number } | null;
  height_m: number;
  height_datum: HeightDatum;
}

export interface KnownPoint {
  key: string;
  name: string;
  layer: Layer | "camera";
  at: LonLat;
  height_m: number;
  height_datum: HeightDatum;
}

export const LEAST_MARKS = 4;
export const SYSTEMS = ["WGS84", "CGCS2000", "GK", "GCJ-02", "BD-09"] as const;
const POINTS: ReadonlySet<Layer> = new Set(["checkpoint", "water_point", "helipad", "hydrant", "village"]);

/** Every point of the site whose place is known: land points, and the other cameras' lenses. */
export function knownPoints(land: Land | null, cameras: readonly Camera[], own: string): KnownPoint[] {
  const points: KnownPoint[] = [];
  for (const camera of cameras) {
    const { lon_deg, lat_deg, height_m, height_datum } = camera.position;
    if (camera.camera_id !== own)
      points.push({
        key: `camera ${camera.camera_id}`, name: camera.name, layer: "camera",
        at: [lon_deg, lat_deg], height_m, height_datum,
      });
  }
  for (const { geometry, properties } of land?.features ?? [])
    if (geometry.type === "Point" && POINTS.has(properties.layer))
      points.push({
        key: `${properties.layer} ${properties.code}`, name: properties.name || properties.code,
        layer: properties.layer, at: [geometry.coordinates[0]!, geometry.coordinates[1]!],
        height_m: 0, height_datum: "ground",
      });
  return points;
}

export const isWhole = (mark: MarkDraft): boolean => mark.px !== null && mark.place !== null;

export function requestOf(mark: MarkDraft, number: number): MarkRequest | null {
  if (mark.px === null || mark.place === null) return null;
  const [x_px, y_px] = mark.px;
  const name = mark.name.trim() === "" ? String(number) : mark.name.trim();
  const { height_m, height_datum } = mark;
  return { name, x_px, y_px, ...mark.place, height_m, height_datum };
}

export const statedOf = (point: KnownPoint): StatedPlace => ({
  coordinates: "WGS84",
  east: point.at[0],
  north: point.at[1],
  height_m: point.height_m,
  height_datum: point.height_datum,
});

/** Where a mark lies on the map; null while it is not stated in degrees of WGS 84 (the server knows). */
export function lonLatOf(mark: MarkDraft): LonLat | null {
  if (mark.place === null || !["WGS84", "CGCS2000"].includes(mark.place.coordinates)) return null;
  const { east, north } = mark.place;
  return Math.abs(east) <= 180 && Math.abs(north) <= 85 ? [east, north] : null;
}

/** Signed turn from one azimuth to another, degrees. */
export const turn = (from: number, to: number): number => ((((to - from + 180) % 360) + 360) % 360) - 180;

/** A pose that was turned by hand, inside what a pose may be. */
export function nudged(pose: FullPose, azimuth: number, tilt: number): FullPose {
  return {
    ...pose,
    azimuth_deg: (((pose.azimuth_deg + azimuth) % 360) + 360) % 360 % 360,
    tilt_deg: Math.max(-90, Math.min(90, pose.tilt_deg + tilt)),
  };
}

/** Points of a line with those inside a box marked as erased. */
export function erased(
  line: LinePx,
  gone: ReadonlySet<number>,
  box: { x: number; y: number; width: number; height: number },
): Set<number> {
  const after = new Set(gone);
  line.x_px.forEach((x, index) => {
    const y = line.y_px[index]!;
    if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height) after.add(index);
  });
  return after;
}

export function kept(line: LinePx, gone: ReadonlySet<number>): LinePx {
  const stays = (_: number, index: number): boolean => !gone.has(index);
  return { x_px: line.x_px.filter(stays), y_px: line.y_px.filter(stays) };
}

/** Runs of a line's points as SVG paths; a gap of several columns parts them. */
export function runs(line: LinePx, gap_px: number): string[] {
  const paths: string[] = [];
  let path = "";
  let last = Number.NEGATIVE_INFINITY;
  line.x_px.forEach((x, index) => {
    const point = `${x.toFixed(1)} ${line.y_px[index]!.toFixed(1)}`;
    if (x - last > gap_px) {
      if (path !== "") paths.push(path);
      path = `M${point}`;
    } else path += `L${point}`;
    last = x;
  });
  if (path !== "") paths.push(path);
  return paths;
}

/** How many times residuals are drawn longer than they are, so that a pixel can be seen. */
export function stretch(marks: readonly FittedMark[], width_px: number): number {
  const longest = Math.max(0, ...marks.filter((it) => !it.is_outlier).map((it) => Math.hypot(it.right_px, it.down_px)));
  const room = width_px * 0.05;
  return [50, 20, 10, 5, 2].find((factor) => factor * longest <= room) ?? 1;
}

/** `+0.12`, `−1.40`; what rounds to nothing has no sign. */
export function signed(value: number, digits: number): string {
  const size = Math.abs(value).toFixed(digits);
  return Number(size) === 0 ? size : `${value < 0 ? "−" : "+"}${size}`;
}
