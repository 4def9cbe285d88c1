/** Points at a distance on the sphere; good to 0.5 %, for drawing only: the server measures. */

import type { LonLat } from "../api/shared";

const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** The point that lies `distance_m` from a start on a true bearing. */
export function destination(start: LonLat, bearing_deg: number, distance_m: number): LonLat {
  const angle = distance_m / EARTH_RADIUS_M;
  const bearing = bearing_deg * RADIANS;
  const lat = start[1] * RADIANS;
  const sine =
    Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing);
  const lon =
    start[0] * RADIANS +
    Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(lat),
      Math.cos(angle) - Math.sin(lat) * sine,
    );
  return [((((lon / RADIANS + 180) % 360) + 360) % 360) - 180, Math.asin(sine) / RADIANS];
}

/** Closed ring of the sector that a view covers, from its apex. */
export function sector(
  apex: LonLat,
  azimuth_deg: number,
  width_deg: number,
  radius_m: number,
): LonLat[] {
  const ring: LonLat[] = [apex];
  const steps = Math.max(2, Math.ceil(width_deg / 4));
  for (let step = 0; step <= steps; step += 1) {
    const bearing = azimuth_deg - width_deg / 2 + (width_deg * step) / steps;
    ring.push(destination(apex, bearing, radius_m));
  }
  ring.push(apex);
  return ring;
}

/** Distance between two points, metres. */
export function distance(first: LonLat, second: LonLat): number {
  const half_lat = ((second[1] - first[1]) * RADIANS) / 2;
  const half_lon = ((second[0] - first[0]) * RADIANS) / 2;
  const chord =
    Math.sin(half_lat) ** 2 +
    Math.cos(first[1] * RADIANS) * Math.cos(second[1] * RADIANS) * Math.sin(half_lon) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function flatten(coordinates: unknown, into: LonLat[]): void {
  if (!Array.isArray(coordinates)) return;
  if (typeof coordinates[0] === "number") into.push([coordinates[0], coordinates[1] as number]);
  else for (const part of coordinates) flatten(part, into);
}

/** Every vertex of a geometry. */
export function vertices(geometry: GeoJSON.Geometry): LonLat[] {
  const found: LonLat[] = [];
  if (geometry.type === "GeometryCollection") {
    for (const part of geometry.geometries) found.push(...vertices(part));
  } else flatten(geometry.coordinates, found);
  return found;
}

/** West, south, east, north of some points; null when there are none. */
export function boundsOf(points: LonLat[]): [number, number, number, number] | null {
  if (points.length === 0) return null;
  const lons = points.map((point) => point[0]);
  const lats = points.map((point) => point[1]);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Area-weighted centre of the largest ring: where a name is written. */
export function labelPoint(geometry: GeoJSON.Geometry): LonLat | null {
  const rings: LonLat[][] = [];
  if (geometry.type === "Polygon") rings.push((geometry.coordinates[0] ?? []) as LonLat[]);
  if (geometry.type === "MultiPolygon")
    for (const polygon of geometry.coordinates) rings.push((polygon[0] ?? []) as LonLat[]);
  if (rings.length === 0) {
    const points = vertices(geometry);
    return points[Math.floor(points.length / 2)] ?? null;
  }
  let best: LonLat | null = null;
  let best_area = -1;
  for (const ring of rings) {
    let area = 0;
    let x = 0;
    let y = 0;
    for (let index = 0; index + 1 < ring.length; index += 1) {
      const [ax, ay] = ring[index]!;
      const [bx, by] = ring[index + 1]!;
      const cross = ax * by - bx * ay;
      area += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    if (Math.abs(area) > best_area && area !== 0) {
      best_area = Math.abs(area);
      best = [x / (3 * area), y / (3 * area)];
    }
  }
  return best;
}
