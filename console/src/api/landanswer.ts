/** The land's full answer to a fire, and the wind of the day. */

import type { Layer } from "./land";
import { call } from "./transport";

export interface Wind {
  /** Where it blows from, degrees clockwise from north; 0 is north. */
  from_deg: number;
  speed_m_s: number;
  author: string;
  at: string;
}

/** The newest entry; null where nobody has made one. */
export interface WindNow {
  from_deg: number | null;
  speed_m_s: number | null;
  author: string;
  at: string | null;
  stale: boolean;
  calm: boolean;
  /** Answers reckon with it. */
  used: boolean;
}

export interface LandShare {
  code: string;
  name: string;
  probability: number;
}

export interface LandRoute {
  road_m: number;
  off_road_m: number;
  minutes: number;
}

export interface LandAsset {
  layer: Layer;
  code: string;
  name: string;
  distance_m: number;
  distance_min_m: number;
  distance_max_m: number;
  /** Null: the fire lies inside it. */
  bearing_deg: number | null;
  drill: boolean;
  /** Null: no road is known to lead there; the distance is a straight line. */
  route: LandRoute | null;
  facts: Record<string, string | number | boolean | null>;
}

export type LostBecause =
  | "depth"
  | "depth_unknown"
  | "capacity"
  | "month"
  | "wires"
  | "clearance"
  | "state"
  | "slower";

export interface WaterOption {
  asset: LandAsset;
  usable: boolean;
  because: LostBecause[];
  turn_round_minutes: number;
  turn_round_min_minutes: number;
  turn_round_max_minutes: number;
  litres_per_hour: number;
  climb_m: number | null;
}

export interface WaterReport {
  best: WaterOption[];
  lost: WaterOption[];
  month: number;
}

export interface Barrier {
  code: string;
  name: string;
  kind: "biological" | "engineered" | "natural" | "";
  state: "good" | "worn" | "unusable" | "planned" | "";
  width_m: number | null;
  from_fire_m: number;
  /** The best place lies in the belt. */
  inside: boolean;
  holds: boolean;
  /** The widest gap in the corridor of the fire; 0 without one. */
  gap_m: number;
  drill: boolean;
}

export interface AtRisk {
  village: LandAsset;
  /** Between the wind's way and the village, 0 to 180; null without a wind to reckon with. */
  downwind_deg: number | null;
  barriers: Barrier[];
  /** Share of the corridor's lines that no belt that holds stands on. */
  open_share: number;
}

export interface BurnNear {
  entry_id: number;
  reported_by: string;
  responsible: string;
  note: string;
  distance_m: number;
  distance_min_m: number;
  distance_max_m: number;
  bearing_deg: number | null;
  until_at: string;
}

export interface LandReport {
  at: string;
  land_version: number;
  units: Partial<Record<Layer, LandShare[]>>;
  /** Probability that the fire lies in no known township. */
  elsewhere: number;
  at_risk: AtRisk[];
  water: WaterReport;
  nearest: LandAsset[];
  burns: BurnNear[];
  wind: Wind | null;
  wind_used: boolean;
  drill: boolean;
  took_ms: number;
}

/** Both null where the fire has no place, only a direction. */
export interface FullLandAnswer {
  place: {
    lon_deg: number;
    lat_deg: number;
    r90_m: number;
    count: number;
    /** The alert's own fix; its crossing with others where it has only a direction. */
    source: "fix" | "crossing" | "asked";
  } | null;
  report: LandReport | null;
}

export const landAnswerCalls = {
  landAt: (lon: number, lat: number, radius_m: number) =>
    call<FullLandAnswer>(
      "GET",
      `/api/land/answer?lon_deg=${lon}&lat_deg=${lat}&radius_m=${radius_m}`,
    ),
  landOfIncident: (id: number) => call<FullLandAnswer>("GET", `/api/incidents/${id}/land`),
  wind: () => call<WindNow>("GET", "/api/wind"),
  enterWind: (from_deg: number, speed_m_s: number) =>
    call<WindNow>("PUT", "/api/wind", { from_deg, speed_m_s }),
};
