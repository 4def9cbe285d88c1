/** Colour and glyph of a flight's states, and what may be done in each. Colour never stands alone. */

import type { AircraftTold, FlightRow, FlightWord, GateAnswer, RunState, Schedule } from "../api/flights";
import type { IconName } from "./icons";

/** Tones that stay apart for red-green and blue-yellow blindness (after Okabe and Ito). */
export const RUN_COLOUR: Record<RunState, string> = {
  planned: "#8fb7c9",
  waiting: "#f2cb4e",
  claimed: "#5fb8f0",
  uploading: "#5fb8f0",
  ready: "#5fb8f0",
  starting: "#d9a3ff",
  flying: "#d9a3ff",
  paused: "#ff8a3d",
  returning: "#b79bff",
  landed: "#35c6a0",
  aborted: "#ffb3d1",
  failed: "#ff7a6b",
  missed: "#a7b5b9",
  skipped: "#a7b5b9",
  cancelled: "#8d9ba0",
};

export const RUN_GLYPH: Record<RunState, IconName> = {
  planned: "clock",
  waiting: "state-acknowledged",
  claimed: "down",
  uploading: "up",
  ready: "target",
  starting: "up",
  flying: "drone",
  paused: "pause",
  returning: "undo",
  landed: "check",
  aborted: "state-dismissed",
  failed: "caution",
  missed: "minus",
  skipped: "minus",
  cancelled: "close",
};

export const GATE_GLYPH: Record<GateAnswer, IconName> = {
  open: "check",
  closed: "close",
  unknown: "help",
  not_asked: "minus",
};

export const GATE_CLASS: Record<GateAnswer, string> = {
  open: "said-good",
  closed: "said-bad",
  unknown: "said-caution",
  not_asked: "quiet",
};

const UNSTARTED: ReadonlySet<RunState> = new Set(["planned", "waiting", "claimed", "uploading", "ready"]);
const IN_THE_AIR: ReadonlySet<RunState> = new Set(["starting", "flying", "paused", "returning"]);

export const isUnstarted = (state: RunState): boolean => UNSTARTED.has(state);
/** States in which the aircraft may be in the air. */
export const isInTheAir = (state: RunState): boolean => IN_THE_AIR.has(state);
/** States that a flight does not leave. */
export const isEnded = (state: RunState): boolean => !isUnstarted(state) && !isInTheAir(state);

/** A person may release it: it has not started and nobody has. */
export const canRelease = (run: Pick<FlightRow, "state" | "released_at">): boolean => isUnstarted(run.state) && run.released_at === null;
export const canCancel = (run: Pick<FlightRow, "state">): boolean => isUnstarted(run.state);

/** It waits for a person's release: of a dock whose schedule has a standing one it does not. */
export function needsPerson(run: Pick<FlightRow, "state" | "released_at" | "schedule_id">, schedules: readonly Pick<Schedule, "schedule_id" | "needs_release">[]): boolean {
  if (!canRelease(run)) return false;
  return schedules.find((it) => it.schedule_id === run.schedule_id)?.needs_release ?? true;
}

/** What its aircraft can be told; coming home and landing always, as a last word may be needed twice. */
export function wordsFor(state: RunState): FlightWord[] {
  if (!isInTheAir(state)) return [];
  const further: FlightWord[] = state === "flying" ? ["pause"] : state === "paused" ? ["resume"] : [];
  return [...further, "come_home", "land"];
}

/** Those of which somebody should know, the gravest first: in the air, then waiting for a release, by time. */
export function foremost<T extends Pick<FlightRow, "state" | "released_at" | "schedule_id" | "due_at">>(runs: readonly T[], schedules: readonly Pick<Schedule, "schedule_id" | "needs_release">[]): T[] {
  const told = runs.filter((it) => isInTheAir(it.state) || needsPerson(it, schedules));
  return told.sort((a, b) => Number(isInTheAir(b.state)) - Number(isInTheAir(a.state)) || Date.parse(a.due_at) - Date.parse(b.due_at));
}

/** Older than this, what an aircraft told is no longer what it does. */
export const STALE_S = 15;
export const isStale = (told: Pick<AircraftTold, "at">, now: Date): boolean => now.getTime() - Date.parse(told.at) > STALE_S * 1000;

/** The gravest of its warnings' levels; 0 where it warns of nothing grave. */
export const gravest = (told: Pick<AircraftTold, "warnings">): number => told.warnings.reduce((most, it) => Math.max(most, it.level), 0);

/** `9.2 m/s`, `2.0 GB`, `87 %`: a reading of a gate as people read it. */
export function readingOf(value: number, unit: string): string {
  if (unit === "share") return `${Math.round(value * 1000) / 10} %`;
  if (unit === "bytes") return `${(value / 1e9).toFixed(1)} GB`;
  const told = Number(value.toFixed(1));
  if (unit === "deg C") return `${told} °C`;
  if (unit === "deg") return `${told}°`;
  return unit === "" ? String(told) : `${told} ${unit}`;
}
