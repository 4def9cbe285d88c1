/** Flights of a drone along a belt. */

import type { LonLat } from "./shared";
import { call } from "./transport";

export interface Aircraft {
  name: string;
  speed_ms: number;
  climb_ms: number;
  endurance_s: number;
  ceiling_m: number;
  horizontal_fov_deg: number;
  vertical_fov_deg: number;
}

export interface SweepRequest {
  belt_code: string;
  aircraft: string;
  height_above_ground_m: number;
}

export interface Sweep {
  target_code: string;
  aircraft: Aircraft;
  waypoints: { lon_deg: number; lat_deg: number; height_above_ground_m: number }[];
  length_m: number;
  duration_s: number;
  footprint_width_m: number;
  footprint_lonlat: LonLat[];
  covered_share: number;
  fits_endurance: boolean;
}

export const sweepCalls = {
  aircraft: () => call<Aircraft[]>("GET", "/api/aircraft"),
  planSweep: (request: SweepRequest) => call<Sweep>("POST", "/api/sweeps/plan", request),
};
