/** Replays: recorded footage through the live watch, and what came of it. */

import { deed } from "./deed";
import type { Position } from "./shared";
import { FILE_WAIT_MS, answerTo, call } from "./transport";

export type ReplayState = "queued" | "running" | "done" | "refused" | "cancelled";

/** A recording as it is played; its `name` is that of its sequence in the result. */
export interface ReplayFootage {
  footage_id: number;
  name: string;
  sha256: string;
  /** 0 when nothing is known of it. */
  truth_version: number;
}

export interface ReplayProgress {
  recordings: number;
  finished: number;
  frames: number;
  frames_planned: number | null;
  frames_per_s: number | null;
  left_s: number | null;
}

export interface ReplayHeadline {
  result_sha256: string;
  found: number;
  fires: number;
  false_alarms: number;
  camera_days: number;
  frames_per_s: number | null;
  refused: number;
}

export interface Replay {
  run_id: number;
  name: string;
  footage: ReplayFootage[];
  drill_fires: number;
  drill_seed: number;
  /** Name of a card. */
  model: string;
  every: number;
  fps: number | null;
  gate_id: number | null;
  state: ReplayState;
  progress: ReplayProgress;
  /** Name and version of the weights; empty before it began. */
  weights: string;
  author: string;
  asked_at: string;
  started_at: string | null;
  ended_at: string | null;
  headline: ReplayHeadline | null;
  code: string;
  message: string;
  remedy: string;
  ended_by: string;
}

export interface ReplayPage {
  replays: Replay[];
  next_before: number | null;
}

export interface ReplayRequest {
  name: string;
  footage_ids: number[];
  drill_fires: number;
  drill_seed: number;
  /** Empty for the one that is in force. */
  model: string;
  every: number;
  fps: number | null;
  gate_id: number | null;
}

/* What result.json says; detector/report/reading.py reads the same. */

export type ReplayLabel = "smoke" | "flame";
export type AlertVerdict = "right" | "false" | "early" | "ignored" | "unjudged";
export type FireOutcomeWord = "found" | "missed" | "unseen";
export type MeasureUnit = "" | "s" | "frames" | "m" | "1/camera-day";

export interface Measure {
  name: string;
  value: number | null;
  low: number | null;
  high: number | null;
  count: number | null;
  of: number | null;
  unit: MeasureUnit;
  better: "higher" | "lower";
}

export interface MeasureSlice {
  by: string;
  word: string;
  measures: Measure[];
}

/** Across, up, and what it rests on. */
export type CurvePoint = [across: number | null, up: number | null, weight: number | null];

export interface FireOutcome {
  name: string;
  outcome: FireOutcomeWord;
  alert: number | null;
  from_visible_s: number | null;
  from_visible_frames: number | null;
  from_ignition_s: number | null;
  location_error_m: number | null;
  in_region: boolean | null;
}

export interface SequenceFigures {
  name: string;
  fires: FireOutcome[];
  alerts: AlertVerdict[];
}

/** All counts are numbers but `refused`: frames that were not scored, by the gateway's word. */
export interface ReplayCounts {
  [name: string]: number | Record<string, number> | undefined;
  refused?: Record<string, number>;
}

export interface ReplayFigures {
  counts: ReplayCounts;
  headline: Measure[];
  slices: MeasureSlice[];
  curves: {
    precision_recall: Partial<Record<ReplayLabel, CurvePoint[]>>;
    reliability: Partial<Record<ReplayLabel, CurvePoint[]>>;
    froc: CurvePoint[];
  };
  sequences: SequenceFigures[];
}

/** Edges: of alerts and detections in pixels of the frame, of the truth in shares of it. */
export interface Edges {
  x_min: number;
  y_min: number;
  x_max: number;
  y_max: number;
}

export interface PlayedBox extends Edges {
  label: ReplayLabel;
  score: number;
}

export interface PlayedFrame {
  at_s: number;
  captured_at: string;
  /** Why nobody scored it; empty for one that was scored. */
  refused: string;
  smoke: number;
  flame: number;
  log_odds: number | null;
  found: PlayedBox[];
}

export interface PlayedFix {
  outcome: string;
  reason: string | null;
  bearing_deg: number | null;
  /** By falling weight. */
  clusters: { weight: number; position: Position; range_m: number; r90_m: number }[];
}

export interface PlayedAlert {
  /** Index in the frames of the one that opened it. */
  frame: number;
  at_s: number;
  captured_at: string;
  label: ReplayLabel;
  score: number;
  log_odds: number;
  most_log_odds: number;
  findings: string[];
  hits: number;
  seen_for_s: number;
  box: PlayedBox;
  last_at_s: number;
  sightings: number;
  fix: PlayedFix | null;
}

export interface PlayedFire {
  name: string;
  first_visible_s: number | null;
  ignition_s: number | null;
  clear_s: number | null;
  until_s: number | null;
  lon_deg: number | null;
  lat_deg: number | null;
  unseen: string;
}

export interface PlayedTrueBox extends Edges {
  at_s: number;
  label: ReplayLabel;
  fire: string;
}

export interface PlayedIgnored extends Edges {
  span: { from_s: number; until_s: number | null };
  why: string;
}

export interface PlayedTruth {
  fires: PlayedFire[];
  boxes: PlayedTrueBox[];
  boxed_at_s: number[];
  ignored: PlayedIgnored[];
}

export interface PlayedConditions {
  light: string | null;
  mode: string | null;
  sky: string | null;
  season: string | null;
  range_m: number | null;
}

export interface PlayedSequence {
  name: string;
  scene: string;
  size_px: [width: number, height: number];
  conditions: PlayedConditions;
  /** Null when nothing is known of it. */
  truth: PlayedTruth | null;
  is_dated: boolean;
  frames: PlayedFrame[];
  alerts: PlayedAlert[];
}

export interface ReplayedRun {
  name: string;
  model: { name: string; version: string; sha256: string };
  config_version: string;
  settings: Record<string, unknown>;
  footage: { name: string; sha256: string; is_drill?: boolean }[];
  refused: { name: string; code: string }[];
}

export interface ReplayResult {
  format: number;
  run: ReplayedRun;
  figures: ReplayFigures;
  sequences: PlayedSequence[];
}

export interface ReplayCost {
  frames: number;
  wall_s: number;
  network_s: number;
  decode_s: number;
  frames_per_s: number | null;
  workers: number;
  hands: number;
  machine: { processor: string; cores: number };
}

export interface MeasureDifference {
  name: string;
  first: number | null;
  second: number | null;
  difference: number | null;
  low: number | null;
  high: number | null;
  p: number | null;
  test: "mcnemar" | "bootstrap" | null;
  unit: MeasureUnit;
  better: "higher" | "lower";
  /** Whether chance is ruled out, as the server judges it. */
  verdict: "better" | "worse" | "same" | "no_telling";
}

export interface ChangedFire {
  sequence: string;
  fire: string;
}

export interface ChangedAlarm {
  sequence: string;
  /** Index among the alerts of the run that has it. */
  alert: number;
  at_s: number;
}

export interface ReplayComparison {
  sequences: number;
  left_out: string[];
  measures: MeasureDifference[];
  fires: { gained: ChangedFire[]; lost: ChangedFire[] };
  false_alarms: { gained: ChangedAlarm[]; lost: ChangedAlarm[] };
}

/** A frame of a recording of the library. */
export interface ReplayFrame {
  number: number;
  at_s: number;
  captured_at: string | null;
}

/** Two runs over a hundred scenes are drawn anew a thousand times. */
const COMPARE_WAIT_MS = 120_000;

function asked(query: Record<string, number | null | undefined>): string {
  const told = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null) told.set(name, String(value));
  const text = told.toString();
  return text === "" ? "" : `?${text}`;
}

/** A model that can be played with; `problem` is empty for one that can. */
export interface ReplayModel {
  name: string;
  version: string;
  problem: string;
}

export const replayCalls = {
  replays: (query: { before?: number | null; limit?: number } = {}) => call<ReplayPage>("GET", `/api/replays${asked(query)}`),
  replay: (id: number) => call<Replay>("GET", `/api/replays/${id}`),
  addReplay: (request: ReplayRequest) => deed<Replay>("/api/replays", request),
  cancelReplay: (id: number) => call<Replay>("POST", `/api/replays/${id}/cancel`),
  resumeReplay: (id: number) => call<Replay>("POST", `/api/replays/${id}/resume`),
  removeReplay: (id: number) => call<void>("DELETE", `/api/replays/${id}`),
  /** It may have many megabytes. */
  replayResult: async (id: number, signal?: AbortSignal) => {
    const patience = AbortSignal.timeout(FILE_WAIT_MS);
    const answer = await answerTo(replayFiles.result(id), { signal: signal === undefined ? patience : AbortSignal.any([signal, patience]) });
    return (await answer.json()) as ReplayResult;
  },
  replayCost: (id: number) => call<ReplayCost>("GET", replayFiles.cost(id)),
  compareReplays: (first: number, second: number) =>
    call<ReplayComparison>("GET", `/api/replays/compare${asked({ first, second })}`, undefined, COMPARE_WAIT_MS),
  replayModels: async () => (await call<{ models: ReplayModel[] }>("GET", "/api/models")).models,
  /** Frames of a recording of the library about a moment of it. */
  framesAbout: async (footage_id: number, at_s: number, within_s: number) =>
    (
      await call<{ frames: ReplayFrame[] }>(
        "GET",
        `/api/footage/${footage_id}/frames${asked({ from_s: at_s - within_s, until_s: at_s + within_s, limit: 200 })}`,
      )
    ).frames,
};

/** Where the files of a run that is done lie. */
export const replayFiles = {
  result: (id: number) => `/api/replays/${id}/result.json`,
  cost: (id: number) => `/api/replays/${id}/cost.json`,
  report: (id: number, language: string) => `/api/replays/${id}/report.html${language === "en" ? "?lang=en" : ""}`,
  figures: (id: number) => `/api/replays/${id}/figures.csv`,
  comparison: (first: number, second: number, language: string) =>
    `/api/replays/compare.html${asked({ first, second })}${language === "en" ? "&lang=en" : ""}`,
  frame: (footage_id: number, number: number, width_px?: number) => `/api/footage/${footage_id}/frames/${number}.jpg${asked({ width_px })}`,
};
