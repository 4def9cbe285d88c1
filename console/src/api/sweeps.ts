/** Drone sweeps: what is wished, the plan that answers it, those that are kept, and mission files. */

import type { Layer } from "./land";
import { nameIn } from "./reports";
import type { LonLat } from "./shared";
import { answerTo, call, FILE_WAIT_MS, TEST_WAIT_MS } from "./transport";

export type SweepKind = "area" | "belt" | "look";
export type Gravity = "refused" | "warning" | "note";
export const GROUND_KINDS = ["bare", "surface"] as const;
export type GroundKind = (typeof GROUND_KINDS)[number];
export const MISSION_FORMATS = ["wpml", "plan", "waypoints", "geojson", "kml"] as const;
export type MissionFormat = (typeof MISSION_FORMATS)[number];
export const LOOK_VIEWS = [2, 3, "orbit"] as const;
export type LookViews = (typeof LOOK_VIEWS)[number];

export interface AirWind {
  from_deg: number;
  speed_ms: number;
}

export interface Home {
  lon_deg: number;
  lat_deg: number;
  name: string;
}

export type SweepTarget = { layer: Layer; code: string } | { geometry: GeoJSON.Geometry; width_m: number | null };

/** Null is what the settings say, the best, the wind of the day, the aircraft's own, or none. */
export interface SweepRequest {
  name: string;
  target: SweepTarget;
  aircraft: string[];
  camera: string;
  home: Home | null;
  height_m: number;
  gimbal_pitch_deg: number;
  side_overlap: number | null;
  tolerance_m: number;
  angle_deg: number | null;
  wind: AirWind | null;
  plume_m: number | null;
  recall: number;
  fence: { code: string } | { geometry: GeoJSON.Geometry } | null;
  ceiling_m: number | null;
  canopy_m: number | null;
  ground: GroundKind | null;
  least_clearance_m: number | null;
}

export interface LookRequest {
  lon_deg: number;
  lat_deg: number;
  radius_m: number;
  aircraft: string[];
  home: Home | null;
  wind: AirWind | null;
  views: LookViews;
}

export interface PlanFigures {
  covered_share: number;
  target_m2: number;
  length_m: number;
  bound_m: number;
  length_ratio: number;
  makespan_s: number;
  bound_s: number;
  sorties: number;
  sorties_bound: number;
  least_above_ground_m: number;
  most_above_ground_m: number;
  least_clearance_m: number;
  outside_fence_s: number;
  swath_m: number;
  spacing_m: number;
  angle_deg: number | null;
  dropped_m2: number;
}

export interface PlanPoint {
  lon_deg: number;
  lat_deg: number;
  above_sea_m: number;
  above_ground_m: number;
  above_take_off_m: number;
  ellipsoid_m: number | null;
  speed_ms: number;
  role: "home" | "transit" | "line_start" | "line" | "line_end";
  line: number | null;
  gimbal_pitch_deg: number;
  heading_deg: number | null;
}

export interface Sortie {
  number: number;
  aircraft: string;
  points: PlanPoint[];
  lines: number[];
  length_m: number;
  duration_s: number;
  energy_share: number;
  photo_distance_m: number | null;
  least_above_ground_m: number;
  most_above_ground_m: number;
}

export interface Finding {
  code: string;
  gravity: Gravity;
  message: string;
  remedy: string;
  facts: Record<string, string | number>;
  lon_deg: number | null;
  lat_deg: number | null;
  sortie: number | null;
}

export interface DroppedLine {
  line: number;
  length_m: number;
  code: string;
  message: string;
  lonlat: LonLat[];
}

export interface FlightProfile {
  distance_m: number[];
  /** Null where the elevation model has a void. */
  ground_m: (number | null)[];
  flight_m: number[];
  /** Of each place. */
  lon_deg?: number[];
  lat_deg?: number[];
  /** Height of the trees that was reckoned with. */
  canopy_m?: number | null;
  /** True height that is not to be passed. */
  ceiling_m?: number | null;
}

export interface SweepPlan {
  name: string;
  kind: SweepKind;
  take_off_above_sea_m: number;
  figures: PlanFigures;
  sorties: Sortie[];
  dropped: DroppedLine[];
  findings: Finding[];
  target: GeoJSON.Geometry;
  strip: GeoJSON.Geometry;
  /** Ground of the target that is not seen; where the server tells it. */
  unseen?: GeoJSON.Geometry | null;
  fence: GeoJSON.Geometry;
  no_fly: { name: string; is_hard: boolean; geometry: GeoJSON.Geometry }[];
  profiles: (FlightProfile & { sortie: number })[];
  wind: AirWind;
  home: Home;
  planned_in_s: number;
}

export interface MissionCheck {
  name: string;
  format: MissionFormat;
  points: number;
  length_m: number;
  duration_s: number | null;
  may_fly: boolean;
  findings: Finding[];
  profile: FlightProfile | null;
  path: GeoJSON.Geometry;
}

export interface SweepHead {
  sweep_id: number;
  name: string;
  version: number;
  origin: "planned" | "imported";
  kind: SweepKind | string | null;
  changed_at: string;
  changed_by: string;
  figures: PlanFigures | null;
  sorties: number;
}

export interface SweepVersion {
  version: number;
  changed_at: string;
  changed_by: string;
}

export interface KeptSweep extends SweepHead {
  request: SweepRequest | null;
  plan: SweepPlan | null;
  check: MissionCheck | null;
  versions: SweepVersion[];
}

export interface SweepPage {
  sweeps: SweepHead[];
  next_before: number | null;
}

/** Why something cannot be planned holds numbers, which the server's English sentence alone has. */
async function plan(path: string, body: SweepRequest | LookRequest): Promise<SweepPlan> {
  const headers = { "Content-Type": "application/json", "Accept-Language": "en" };
  const answer = await answerTo(path, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PLAN_WAIT_MS) });
  return (await answer.json()) as SweepPlan;
}

/** A plan may take the server seconds, and wait for its turn. */
const PLAN_WAIT_MS = 60_000;

const checkQuery = (file: File, aircraft: string | null): string => {
  const asked = new URLSearchParams({ name: file.name.slice(-120) });
  if (aircraft !== null) asked.set("aircraft", aircraft);
  return asked.toString();
};

async function sweepFile(id: number, format: MissionFormat, sortie: number): Promise<{ blob: Blob; name: string }> {
  const answer = await answerTo(`/api/sweeps/${id}/file?format=${format}&sortie=${sortie}`, { signal: AbortSignal.timeout(TEST_WAIT_MS) });
  return { blob: await answer.blob(), name: nameIn(answer.headers.get("Content-Disposition"), `sweep-${id}-${sortie}.${format === "wpml" ? "kmz" : format}`) };
}

export const sweepCalls = {
  planSweep: (request: SweepRequest) => plan("/api/sweeps/plan", request),
  planLook: (request: LookRequest) => plan("/api/sweeps/look", request),
  sweeps: (limit: number, before: number | null = null) => call<SweepPage>("GET", `/api/sweeps?limit=${limit}${before === null ? "" : `&before=${before}`}`),
  sweep: (id: number) => call<KeptSweep>("GET", `/api/sweeps/${id}`),
  saveSweep: (request: SweepRequest) => call<KeptSweep>("POST", "/api/sweeps", { request }, PLAN_WAIT_MS),
  saveSweepAgain: (id: number, request: SweepRequest, version: number) => call<KeptSweep>("PUT", `/api/sweeps/${id}`, { request, version }, PLAN_WAIT_MS),
  retireSweep: (id: number, version: number) => call<void>("DELETE", `/api/sweeps/${id}?version=${version}`),
  sweepFile,
  checkMission: (file: File, aircraft: string | null) => call<MissionCheck>("POST", `/api/sweeps/check?${checkQuery(file, aircraft)}`, new Blob([file]), FILE_WAIT_MS),
  importMission: (file: File, aircraft: string | null) => call<KeptSweep>("POST", `/api/sweeps/import?${checkQuery(file, aircraft)}`, new Blob([file]), FILE_WAIT_MS),
};
