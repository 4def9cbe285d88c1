/** What the facilities lack as a network, as the server tells it. */

import type { Layer } from "./land";
import { call } from "./transport";

export const FINDING_KINDS = [
  "stand_no_belt",
  "stand_no_air_water",
  "stand_no_road_water",
  "stand_unseen",
  "belt_gap",
  "belt_free_end",
  "belt_alone",
  "pipe_no_source",
  "pipe_no_hydrant",
  "hydrant_no_pipe",
  "pool_no_access",
  "intake_no_access",
  "quay_no_road",
  "checkpoint_no_road",
  "pad_no_road",
  "station_no_road",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  kind: FindingKind;
  layer: Layer;
  code: string;
  name: string;
  lon_deg: number;
  lat_deg: number;
  measure: number | null;
  unit: "share" | "min" | "m";
  township_code: string;
  township: string;
  township_share: number | null;
  others: { layer: Layer; code: string; name: string; distance_m: number }[];
  members: string[];
  months: number[];
  drill: boolean;
}

export interface Network {
  state: "coverage" | "computing" | "ready" | "failed";
  at: string | null;
  land_version: number;
  seen_by: "relief" | "distance" | null;
  stands: number;
  took_ms: number;
  drill: boolean;
  rule: { water_minutes: number; guard_m: number; gap_m: number; join_m: number; smoke_m: number; seen_share: number; sight_m: number };
  counts: Partial<Record<FindingKind, number>>;
  townships: { code: string; name: string; findings: number }[];
  not_judged: { kind: FindingKind; missing: Layer[] }[];
  total: number;
  findings: Finding[];
}

export type FindingShape = GeoJSON.Feature<GeoJSON.Geometry, { kind: FindingKind; layer: Layer; code: string; lon_deg: number; lat_deg: number }>;
export type FindingShapes = GeoJSON.FeatureCollection<GeoJSON.Geometry, FindingShape["properties"]>;

export const networkCalls = {
  network: (query: string) => call<Network>("GET", `/api/land/network?${query}`),
  networkShapes: (query: string) => call<FindingShapes>("GET", `/api/land/network/shapes?${query}`),
};
