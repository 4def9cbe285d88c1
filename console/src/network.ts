/** What the facilities lack as a network, as the server tells it. */

import type { Layer } from "./api";

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

/** How a kind is drawn; the same colour for what is mended with the same means. */
export function findingColour(kind: FindingKind): string {
  if (kind === "stand_no_belt" || kind.startsWith("belt_")) return "#ff9d5c";
  if (kind === "stand_no_air_water") return "#57b4ff";
  if (kind === "stand_no_road_water" || kind.startsWith("pipe_") || kind === "hydrant_no_pipe") return "#35d0d0";
  if (kind === "stand_unseen") return "#d08cff";
  return "#ffd84d";
}

export const findingKey = (it: { kind: FindingKind; layer: Layer; code: string; lon_deg?: number; lat_deg?: number }): string =>
  `${it.kind}/${it.layer}/${it.code}/${it.lon_deg ?? ""}/${it.lat_deg ?? ""}`;

export type SortKey = "kind" | "name" | "township" | "measure" | "other";

/** A list in another order; what has no figure is the worst there is. */
export function sorted(findings: readonly Finding[], by: SortKey, falling: boolean): Finding[] {
  const badness = (it: Finding): number => {
    if (it.measure === null) return Infinity;
    return it.unit === "share" ? 1 - it.measure : it.measure;
  };
  const of: Record<SortKey, (a: Finding, b: Finding) => number> = {
    kind: (a, b) => FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind),
    name: (a, b) => a.name.localeCompare(b.name, "zh", { numeric: true }),
    township: (a, b) => a.township_code.localeCompare(b.township_code) || of.kind(a, b),
    measure: (a, b) => {
      const [x, y] = [badness(a), badness(b)];
      return x === y ? 0 : x - y;
    },
    other: (a, b) => (a.others[0]?.distance_m ?? Infinity) - (b.others[0]?.distance_m ?? Infinity) || 0,
  };
  const found = [...findings].sort(of[by]);
  return falling ? found.reverse() : found;
}
