/** What a monitor wishes of a sweep, field by field, and the request that it makes. */

import type { Aircraft } from "../api/aircraft";
import type { GroundKind, Home, SweepRequest, SweepTarget } from "../api/sweeps";

export type FenceKind = "made" | "approved" | "drawn";

export interface Wish {
  name: string;
  target: SweepTarget | null;
  /** What the target is called; for the reader. */
  target_name: string;
  aircraft: string[];
  /** Empty for the first of each aircraft. */
  camera: string;
  /** Null for the first aircraft's. */
  home: Home | null;
  height_m: number | null;
  gimbal_pitch_deg: number | null;
  /** Null for the settings'. */
  overlap_percent: number | null;
  tolerance_m: number | null;
  own_angle: boolean;
  angle_deg: number | null;
  own_wind: boolean;
  wind_from_deg: number | null;
  wind_speed_ms: number | null;
  by_plume: boolean;
  plume_m: number | null;
  recall_percent: number | null;
  fence: FenceKind;
  fence_code: string | null;
  fence_shape: GeoJSON.Geometry | null;
  ceiling_m: number | null;
  canopy_m: number | null;
  ground: GroundKind | null;
  least_clearance_m: number | null;
}

export const FRESH: Readonly<Wish> = {
  name: "", target: null, target_name: "", aircraft: [], camera: "", home: null,
  height_m: 100, gimbal_pitch_deg: -90, overlap_percent: null, tolerance_m: 5,
  own_angle: false, angle_deg: 0, own_wind: false, wind_from_deg: 0, wind_speed_ms: 0,
  by_plume: false, plume_m: 10, recall_percent: 80,
  fence: "made", fence_code: null, fence_shape: null,
  ceiling_m: null, canopy_m: null, ground: null, least_clearance_m: null,
};

/** Fields of the form beside which something is said. */
export type WishField = "target" | "aircraft" | "camera" | "home" | "height" | "gimbal" | "overlap" | "angle" | "wind" | "plume" | "fence" | "more";

const MOST_NAME = 80;

/** What still has to be chosen before a plan can be asked for; null when nothing has. */
export function missingOf(wish: Wish, fleet: readonly Aircraft[]): WishField | null {
  if (wish.target === null) return "target";
  if ("geometry" in wish.target && wish.target.geometry.type.endsWith("LineString") && wish.target.width_m === null) return "target";
  const first = fleet.find((it) => it.name === wish.aircraft[0]);
  if (first === undefined) return "aircraft";
  if (wish.home === null && (first.home_lon_deg === null || first.home_lat_deg === null)) return "home";
  if (wish.height_m === null) return "height";
  if (wish.gimbal_pitch_deg === null) return "gimbal";
  if (wish.tolerance_m === null) return "more";
  if (wish.own_angle && wish.angle_deg === null) return "angle";
  if (wish.own_wind && (wish.wind_from_deg === null || wish.wind_speed_ms === null)) return "wind";
  if (wish.by_plume && (wish.plume_m === null || wish.recall_percent === null)) return "plume";
  if (wish.fence === "approved" && wish.fence_code === null) return "fence";
  if (wish.fence === "drawn" && wish.fence_shape === null) return "fence";
  return null;
}

function fenceOf(wish: Wish): SweepRequest["fence"] {
  if (wish.fence === "approved" && wish.fence_code !== null) return { code: wish.fence_code };
  if (wish.fence === "drawn" && wish.fence_shape !== null) return { geometry: wish.fence_shape };
  return null;
}

/** The request; null while something is missing. What has no name is called `unnamed`. */
export function requestOf(wish: Wish, fleet: readonly Aircraft[], unnamed: string): SweepRequest | null {
  if (missingOf(wish, fleet) !== null) return null;
  return {
    name: [...(wish.name.trim() || wish.target_name || unnamed)].slice(0, MOST_NAME).join(""),
    target: wish.target!,
    aircraft: [...wish.aircraft],
    camera: wish.camera,
    home: wish.home,
    height_m: wish.height_m!,
    gimbal_pitch_deg: wish.gimbal_pitch_deg!,
    side_overlap: wish.overlap_percent === null ? null : wish.overlap_percent / 100,
    tolerance_m: wish.tolerance_m!,
    angle_deg: wish.own_angle ? wish.angle_deg : null,
    wind: wish.own_wind ? { from_deg: wish.wind_from_deg! % 360, speed_ms: wish.wind_speed_ms! } : null,
    plume_m: wish.by_plume ? wish.plume_m : null,
    recall: (wish.recall_percent ?? FRESH.recall_percent!) / 100,
    fence: fenceOf(wish),
    ceiling_m: wish.ceiling_m,
    canopy_m: wish.canopy_m,
    ground: wish.ground,
    least_clearance_m: wish.least_clearance_m,
  };
}

/** The wish that a kept request was made of. */
export function wishOf(request: SweepRequest, target_name: string): Wish {
  const { fence } = request;
  return {
    ...FRESH,
    name: request.name,
    target: request.target,
    target_name,
    aircraft: [...request.aircraft],
    camera: request.camera,
    home: request.home,
    height_m: request.height_m,
    gimbal_pitch_deg: request.gimbal_pitch_deg,
    overlap_percent: request.side_overlap === null ? null : round(request.side_overlap * 100),
    tolerance_m: request.tolerance_m,
    own_angle: request.angle_deg !== null,
    angle_deg: request.angle_deg ?? FRESH.angle_deg,
    own_wind: request.wind !== null,
    wind_from_deg: request.wind?.from_deg ?? FRESH.wind_from_deg,
    wind_speed_ms: request.wind?.speed_ms ?? FRESH.wind_speed_ms,
    by_plume: request.plume_m !== null,
    plume_m: request.plume_m ?? FRESH.plume_m,
    recall_percent: round(request.recall * 100),
    fence: fence === null ? "made" : "code" in fence ? "approved" : "drawn",
    fence_code: fence !== null && "code" in fence ? fence.code : null,
    fence_shape: fence !== null && "geometry" in fence ? fence.geometry : null,
    ceiling_m: request.ceiling_m,
    canopy_m: request.canopy_m,
    ground: request.ground,
    least_clearance_m: request.least_clearance_m,
  };
}

/** A share of 0.07 is 7 percent, and not 7.000000000000001. */
const round = (value: number): number => Number(value.toFixed(6));

/** Cameras that all of the chosen aircraft have, by name. */
export function commonCameras(chosen: readonly Aircraft[]): string[] {
  const [first, ...others] = chosen;
  return (first?.cameras ?? []).map((it) => it.name).filter((name) => others.every((it) => it.cameras.some((camera) => camera.name === name)));
}
