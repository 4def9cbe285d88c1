/** Coordinate systems that a person may state; the server turns them, nobody here does. */

import type { Position } from "../api/shared";

export const STATED_SYSTEMS = ["WGS84", "CGCS2000", "GCJ-02", "BD-09", "GK", "EPSG:4544", "EPSG:4545", "EPSG:32648"] as const;

/** A point as it was typed, in the system that was stated for it. */
export interface StatedPoint {
  coordinates: string;
  lon_deg?: number;
  lat_deg?: number;
  easting_m?: number;
  northing_m?: number;
}

/** What the server makes of it. */
export interface LetIn {
  lon_deg: number;
  lat_deg: number;
  /** Null for metres, which have no degrees to compare with. */
  moved_m: number | null;
  ground_m: number | null;
  has_relief: boolean;
}

interface TypedPoint {
  coordinates: string;
  lon_deg: number | null;
  lat_deg: number | null;
  easting_m: number | null;
  northing_m: number | null;
}

/** Whether a system has easting and northing instead of longitude and latitude. */
export const isPlane = (system: string): boolean => system === "GK" || system.startsWith("EPSG:");

/** The key of a system's words. */
export const systemKey = (system: string): string => `system.${system.replace(/[-:]/g, "")}`;

/** The pair of numbers that the stated system has; null while one is missing. */
export function pointOf(typed: TypedPoint): StatedPoint | null {
  const { coordinates, lon_deg, lat_deg, easting_m, northing_m } = typed;
  if (isPlane(coordinates))
    return easting_m === null || northing_m === null ? null : { coordinates, easting_m, northing_m };
  return lon_deg === null || lat_deg === null ? null : { coordinates, lon_deg, lat_deg };
}

/**
 * What a change of the system leaves of the numbers. Those that are stored are WGS 84 and would be
 * turned once more under another name: they go, and come back with WGS 84. What a person typed stays.
 */
export function restated(typed: TypedPoint, coordinates: string, stored: Position | null): TypedPoint {
  const isStored = stored !== null && typed.lon_deg === stored.lon_deg && typed.lat_deg === stored.lat_deg;
  if (coordinates === "WGS84" && stored !== null && (typed.lon_deg === null || typed.lat_deg === null))
    return { ...typed, coordinates, lon_deg: stored.lon_deg, lat_deg: stored.lat_deg };
  return isStored && coordinates !== "WGS84" ? { ...typed, coordinates, lon_deg: null, lat_deg: null } : { ...typed, coordinates };
}
