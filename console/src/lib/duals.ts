/** Pairs of cameras: what is known of each preset, and what a sensor of heat says of an alert. */

import type { Alert, Box, Evidence, HeatVote, VoteSays } from "../api/alerts";
import type { Camera, Preset } from "../api/cameras";
import type { DualPair, Registration, RegistrationState } from "../api/duals";

/** The pair that a camera is in, whichever of both it is. */
export const pairOf = (pairs: readonly DualPair[], camera_id: string): DualPair | null =>
  pairs.find((it) => it.visible_id === camera_id || it.thermal_id === camera_id) ?? null;

/** Cameras that may become the other half: of heat or not yet known, in no pair, not this one. */
export function freeThermals(cameras: readonly Camera[], pairs: readonly DualPair[], own: string): Camera[] {
  const mine = pairs.find((it) => it.visible_id === own)?.thermal_id;
  return cameras
    .filter((it) => it.camera_id !== own && it.linked && (it.mode === "thermal" || it.mode === null))
    .filter((it) => it.camera_id === mine || pairOf(pairs, it.camera_id) === null)
    .sort((a, b) => Number(b.mode === "thermal") - Number(a.mode === "thermal") || a.name.localeCompare(b.name, "zh", { numeric: true }));
}

/** `none` where nobody and nothing has found where the pictures meet, `alone` where the camera of heat has no such preset. */
export type PresetStanding = RegistrationState | "none" | "alone";

export interface DualPreset {
  number: number;
  name: string;
  standing: PresetStanding;
  registration: Registration | null;
}

/**
 * Every preset of the visible camera, and those with a registration that it has no more.
 *
 * @param of_heat presets of the camera of heat; null while they are not known.
 */
export function dualPresets(presets: readonly Preset[], of_heat: readonly Preset[] | null, registrations: readonly Registration[]): DualPreset[] {
  // Without any, a camera stands still and is at number 0.
  const shared = of_heat === null ? null : new Set(of_heat.length === 0 ? [0] : of_heat.map((it) => it.number));
  const names = new Map<number, string>(registrations.map((it) => [it.preset, it.preset_name]));
  for (const it of presets) names.set(it.number, it.name);
  if (names.size === 0) names.set(0, "");
  return [...names].sort(([a], [b]) => a - b).map(([number, name]) => {
    const registration = registrations.find((it) => it.preset === number) ?? null;
    return { number, name, standing: registration?.state ?? (shared === null || shared.has(number) ? "none" : "alone"), registration };
  });
}

/** What of a doubt a person should think; bounds are shares of the picture's width. */
export function doubtGrade(share: number): "fine" | "fair" | "poor" {
  if (share <= 0.01) return "fine";
  return share <= 0.03 ? "fair" : "poor";
}

/** `0.62 %` of a picture's width. */
export const shareWords = (share: number): string => (Number.isFinite(share) ? `${(share * 100).toFixed(share < 0.0995 ? 2 : 0)} %` : "∞");

/** Tone of a vote: for a fire, against it, or saying nothing. */
export const VOTE_TONE: Record<VoteSays, "for" | "weak" | "against" | "mute"> = {
  fire: "for",
  warm: "weak",
  nothing: "against",
  blind: "mute",
  unregistered: "mute",
};

/** How far two sensors' moments may lie apart for a box of one to be drawn over a picture of the other. */
const SAME_TIME_MS = 180_000;

const apart = (a: string, b: string): number => Math.abs(Date.parse(a) - Date.parse(b));

export interface HeatMark {
  box: Box;
  camera_id: string;
  says: VoteSays;
  peak_c: number | null;
}

/**
 * Boxes of heat to be drawn over a picture of an alert: over those of about its time, and over the one
 * next to it where none is. Heat of ten minutes ago must not seem to burn in a picture of now.
 */
export function heatMarks(alert: Pick<Alert, "decision" | "evidence">, frame: Pick<Evidence, "index" | "captured_at">): HeatMark[] {
  return alert.decision.votes.flatMap((vote: HeatVote): HeatMark[] => {
    const { box, captured_at, camera_id, says, peak_c } = vote;
    if (box === null || captured_at === null) return [];
    const nearest = [...alert.evidence].sort((a, b) => apart(a.captured_at, captured_at) - apart(b.captured_at, captured_at))[0];
    const here = apart(frame.captured_at, captured_at) <= SAME_TIME_MS || nearest?.index === frame.index;
    return here ? [{ box, camera_id, says, peak_c }] : [];
  });
}

/** Seconds by which a vote's frame lies before (below 0) or after the picture; null without one. */
export const voteLag_s = (vote: Pick<HeatVote, "captured_at">, captured_at: string): number | null =>
  vote.captured_at === null ? null : (Date.parse(vote.captured_at) - Date.parse(captured_at)) / 1000;

/** The camera of heat that a held candidate waits for: its reference is `key/number`. */
export const thermalOf = (reference: string): string => reference.split("/")[0]!;
