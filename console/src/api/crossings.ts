/** Where what several see crosses, and what people saw. */

import type { NearestAsset } from "./alerts";
import type { Layer } from "./land";
import type { FireState, LonLat } from "./shared";
import { call } from "./transport";

export type ObservationSource =
  | "call"
  | "hotline_12345"
  | "fire_96119"
  | "yu_kuai_ban"
  | "grid_platform"
  | "patrol"
  | "pilot"
  | "drone"
  | "node"
  | "other";

export interface TownshipShare {
  code: string;
  name: string;
  probability: number;
}

/** What somebody saw and told: a place with a radius, or a direction from a place. */
export interface Observation {
  observation_id: number;
  /** The fire that it opened or joined; null for one that was told before fires were kept. */
  incident_id: number | null;
  source: ObservationSource;
  kind: "place" | "direction";
  lon_deg: number;
  lat_deg: number;
  radius_m: number | null;
  bearing_deg: number | null;
  sigma_deg: number | null;
  seen_at: string;
  told: string;
  words: string;
  /** Who told it and how to call them back; null for whoever may not know. */
  caller: string | null;
  author: string;
  entered_at: string;
  withdrawn_by: string;
  withdrawn_at: string | null;
  townships: TownshipShare[];
}

export type Spot =
  | { kind: "coordinates"; system: string; first: number; second: number }
  | { kind: "named"; layer: Layer; code: string }
  | { kind: "camera"; camera_id: string };

export type Sighting =
  | { kind: "place"; spot: Spot; radius_m: number }
  | {
      kind: "direction";
      spot: Spot;
      bearing_deg?: number;
      north?: "true" | "magnetic";
      word?: string;
      sigma_deg?: number;
    };

export interface ObservationRequest {
  key: string;
  source: ObservationSource;
  sighting: Sighting;
  seen_at: string;
  words: string;
  caller: string;
}

export type NoCrossing = "one_mast" | "parallel" | "apart" | "too_far" | "disagree";

export interface Witness {
  key: string;
  kind: "alert" | "observation";
  number: number;
  name: string;
  camera_id: string | null;
  state: FireState | null;
  lon_deg: number;
  lat_deg: number;
  bearing_deg: number | null;
  sigma_deg: number | null;
  radius_m: number | null;
  from_at: string;
  until_at: string;
}

/** A place of a fix before and after the other witnesses were heard; see `geo.joint`. */
export interface Alternative {
  kind: "place" | "hidden" | "elsewhere";
  index: number;
  before: number;
  after: number;
}

export interface Member {
  key: string;
  off_deg: number | null;
  off_m: number;
  sigmas: number;
  range_m: number;
  alternatives: Alternative[];
}

export interface JointPlace {
  lon_deg: number;
  lat_deg: number;
  weight: number;
  r90_m: number;
  outline_lonlat: LonLat[];
}

export interface Match {
  members: Member[];
  lon_deg: number;
  lat_deg: number;
  ellipse_lonlat: LonLat[];
  semi_major_m: number;
  semi_minor_m: number;
  major_bearing_deg: number;
  chi2: number;
  freedom: number;
  likelihood: number;
  places: JointPlace[];
  log_factor: number;
  is_refuted: boolean;
  share: number;
  is_ambiguous: boolean;
  rivals: { member: string; members: string[]; log_factor: number }[];
  land: { townships: TownshipShare[]; nearest: NearestAsset[] };
}

export interface Crossings {
  key: string;
  reason: NoCrossing | "alone" | "no_bearing" | null;
  window_s: number;
  witnesses: Witness[];
  matches: Match[];
  partings: { key: string; reason: NoCrossing }[];
  left_out: number;
}

/** A tower that could confirm a fire. */
export interface Lookout {
  camera_id: string;
  name: string;
  bearing_deg: number;
  range_m: number;
  smoke_m: number;
  opening_deg: number;
  presets: [number: number, name: string][];
  steerable: boolean;
}

export interface Lookouts {
  lon_deg: number | null;
  lat_deg: number | null;
  lookouts: Lookout[];
}

export const crossingCalls = {
  crossings: (id: number) => call<Crossings>("GET", `/api/alerts/${id}/crossings`),
  lookouts: (id: number) => call<Lookouts>("GET", `/api/alerts/${id}/lookouts`),
  observations: () => call<{ observations: Observation[] }>("GET", "/api/observations?limit=100"),
  addObservation: (request: ObservationRequest) =>
    call<Observation>("POST", "/api/observations", request),
  withdrawObservation: (id: number) =>
    call<Observation>("POST", `/api/observations/${id}/withdraw`),
};
