/** Alerts: what was seen, why it was told, where it is, and the evidence that is kept. */

import type { DismissReason } from "../lib/reasons";
import type { CameraKind } from "./cameras";
import type { Layer } from "./land";
import type { FireState, FrameMode, Label, LonLat, Pose, Position, Provenance, TerrainReference, TimeSource } from "./shared";
import { answerTo, call } from "./transport";

export type Finding =
  | "persisted"
  | "strong"
  | "grew"
  | "stood_still"
  | "changed"
  | "looked_same"
  | "drifted"
  | "regrew"
  | "new_position"
  | "second_plume"
  | "second_sensor"
  | "night_flame"
  | "heat_there"
  | "outlasted"
  | "second_agrees"
  | "second_doubts"
  | "second_absent"
  | "late"
  | "promoted";

export type Holder = "mask" | "nuisance" | "burn" | "cool_down" | "duplicate" | "declined" | "dual";
export type Release = "grew" | "new_position" | "second_plume" | "second_sensor" | "night_flame" | "heat_there" | "outlasted";

export interface Box {
  label: Label;
  score: number;
  x_min: number;
  y_min: number;
  x_max: number;
  y_max: number;
}

export interface FrameScore {
  frame_sequence: number;
  captured_at: string;
  score: number;
  box: Box | null;
}

/** A suppression that yielded, and to what. */
export interface Overcome {
  by: Holder;
  reference: string;
  release: Release;
  area_px: number;
  now_px: number;
}

/** See `models/dual.py`. */
export const VOTES = ["fire", "warm", "nothing", "blind", "unregistered"] as const;
export type VoteSays = (typeof VOTES)[number];

/** What a sensor of heat says of a place of the visible picture, and of which frame it says so. */
export interface HeatVote {
  camera_id: string;
  says: VoteSays;
  captured_at: string | null;
  log_odds: number | null;
  /** Null without heat there, and without temperatures. */
  peak_c: number | null;
  /** Pixels of the visible picture. */
  box: Box | null;
  reasons: { code: string; log_odds: number }[];
}

export interface Decision {
  decided_at: string;
  log_odds: number;
  threshold_log_odds: number;
  findings: Finding[];
  scores: FrameScore[];
  model: { name: string; version: string; sha256: string };
  config_version: string;
  overcome: Overcome[];
  /** What the camera of heat on the same head says of the place; empty without one. */
  votes: HeatVote[];
}

export type NoFixReason = "sky" | "near_field" | "outside_terrain" | "no_terrain" | "no_pose" | "moved";

export interface FixCluster {
  position: Position;
  weight: number;
  r90_m: number;
  range_m: number;
  range_min_m: number;
  range_max_m: number;
  outline_lonlat: LonLat[];
}

/** Ground behind a ridge that the ray grazes: the fire may be there, out of sight. */
export interface HiddenStretch {
  from_m: number;
  to_m: number;
  smoke_m: number;
  line_lonlat: [LonLat, LonLat];
}

export interface Fix {
  outcome: "located" | "direction_only" | "unknown";
  reason: NoFixReason | null;
  observer: Position;
  bearing_deg: number | null;
  bearing_sigma_deg: number | null;
  elevation_deg: number | null;
  clusters: FixCluster[];
  unresolved_weight: number;
  terrain: TerrainReference | null;
  hidden: HiddenStretch[];
  took_ms: number;
}

export interface NearestAsset {
  layer: Layer;
  code: string;
  name: string;
  distance_m: number;
  distance_min_m: number;
  distance_max_m: number;
  bearing_deg: number | null;
  drill: boolean;
}

export interface Evidence {
  index: number;
  captured_at: string;
  received_at: string;
  url: string;
  width_px: number;
  height_px: number;
  boxes: Box[];
}

export interface Verdict {
  author: string;
  at: string;
  from_state: FireState;
  to_state: FireState;
  reason: DismissReason | null;
  note: string;
}

/** One file of a recording; a browser plays `play_url`, which may be a small copy. */
export interface RecordingPart {
  from_at: string;
  until_at: string;
  seconds: number;
  size_bytes: number;
  sha256: string;
  codec: string;
  width_px: number;
  height_px: number;
  url: string | null;
  play_url: string | null;
  is_preview: boolean;
}

export type RecordingState = "wanted" | "cut" | "partial" | "missing" | "cleared";

/** A span of the camera's time that an alert wants, and what there is of it. */
export interface Recording {
  recording_id: number;
  state: RecordingState;
  from_at: string;
  until_at: string;
  seconds: number;
  size_bytes: number;
  settled_at: string | null;
  parts: RecordingPart[];
}

/** Evidence that is not there any more. */
export interface Clearing {
  kind: "video" | "clip" | "stills";
  cause: "retention" | "quota" | "space" | "missing" | "unwritten";
  at: string;
  files: number;
}

export interface Alert {
  alert_id: number;
  incident_id: number;
  state: FireState;
  label: Label;
  score: number;
  mode: FrameMode;
  provenance: Provenance;
  time_source: TimeSource;
  camera: { camera_id: string; name: string; kind: CameraKind };
  preset: number;
  pose: Pose | null;
  captured_at: string;
  received_at: string;
  first_seen_at: string;
  opened_at: string;
  last_seen_at: string;
  decision: Decision;
  fix: Fix;
  land: {
    townships: { code: string; name: string; probability: number }[];
    nearest: NearestAsset[];
  };
  evidence: Evidence[];
  clip_url: string | null;
  recordings: Recording[];
  cleared: Clearing[];
  verdicts: Verdict[];
}

/** Save all evidence of an alert. Fetched first, so that a refusal is told and not saved. */
async function exportAlert(id: number): Promise<void> {
  const response = await answerTo(`/api/evidence/alerts/${id}.zip`, {});
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `firewatch-alert-${id}.zip`;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export const alertCalls = {
  alert: (id: number) => call<Alert>("GET", `/api/alerts/${id}`),
  exportAlert,
};
