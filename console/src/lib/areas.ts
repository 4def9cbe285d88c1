/** Whether a place lies inside an area; for pressing on a map, not for measuring. */

import type { LonLat } from "../api/shared";

function inRing([lon, lat]: LonLat, ring: readonly GeoJSON.Position[]): boolean {
  let inside = false;
  ring.forEach(([x, y], index) => {
    const [before_x, before_y] = ring[(index + ring.length - 1) % ring.length]!;
    if (y! > lat !== before_y! > lat && lon < ((before_x! - x!) * (lat - y!)) / (before_y! - y!) + x!) inside = !inside;
  });
  return inside;
}

/** Inside the outline and in none of its holes; nothing lies inside a line or a point. */
export function isWithin(at: LonLat, geometry: GeoJSON.Geometry): boolean {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  return parts.some(([outer, ...holes]) => outer !== undefined && inRing(at, outer) && !holes.some((hole) => inRing(at, hole)));
}
