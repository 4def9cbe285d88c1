/** What to look at first: fires that were missed, and alerts that should not have been, each with why. */

import type { Edges, PlayedFrame, ReplayLabel } from "../api/replays";
import { counted, duration, rounded, type Told } from "./replayNumbers";
import { isFalse, type AlertRow, type FireRow, type RecordingRow } from "./replayRecordings";

/** A key under `replay_result.why` and what is put into it. */
export interface Why {
  key: "unlooked" | "refused" | "nothing" | "weak" | "weak_open" | "elsewhere";
  evidence?: number;
  threshold?: number | null;
  frames?: number;
  refused?: number;
  score?: number;
}

export interface GalleryItem {
  kind: "missed" | "false" | "early";
  recording: RecordingRow;
  /** Of the fire that was missed. */
  fire: FireRow | null;
  /** That should not have been. */
  alert: AlertRow | null;
  /** Of the frame to show. */
  at_s: number;
  label: ReplayLabel;
  /** What a person drew, in shares of the picture, or the alert's own in pixels; null for none. */
  box: Edges | null;
  is_share: boolean;
  /** Why a fire was missed; an alert tells its own reasons. */
  why: Why[];
}

/** Whether a fire could be seen at a moment. */
export function burns(fire: Pick<FireRow, "first_visible_s" | "until_s">, at_s: number): boolean {
  return fire.first_visible_s !== null && fire.first_visible_s <= at_s && (fire.until_s === null || at_s < fire.until_s);
}

/** Why a fire was missed, from the frames in which it could be seen. */
export function whyMissed(frames: readonly PlayedFrame[], threshold: number | null): Why[] {
  const looked = frames.filter((it) => it.refused === "");
  const refused = frames.length - looked.length;
  const skipped: Why = { key: "refused", refused, frames: frames.length };
  if (looked.length === 0) return [refused === 0 ? { key: "unlooked" } : skipped];
  const score = looked.reduce((best, it) => Math.max(best, it.smoke, it.flame), 0);
  const evidence = looked.reduce<number | null>((best, it) => (it.log_odds === null ? best : Math.max(best ?? it.log_odds, it.log_odds)), null);
  const told = { score, frames: looked.length };
  const said: Why[] =
    evidence === null
      ? [{ key: "nothing", ...told }]
      : [{ key: threshold === null ? "weak_open" : evidence < threshold ? "weak" : "elsewhere", evidence, threshold, ...told }];
  return refused > 0 ? [...said, skipped] : said;
}

/** What is put into the words of a reason. */
export const whyValues = (it: Why): Record<string, string> => ({
  evidence: it.evidence === undefined ? "" : rounded(it.evidence, 2, true),
  threshold: it.threshold === undefined || it.threshold === null ? "" : rounded(it.threshold, 2, true),
  frames: counted(it.frames ?? 0),
  refused: counted(it.refused ?? 0),
  score: (it.score ?? 0).toFixed(2),
});

/** Why an alert opened: a key under `replay_result.why` and what is put into it but words of lists. */
export function alertWhy(it: AlertRow, threshold: number | null): { key: "alert" | "alert_of"; values: Record<string, string>; span: Told } {
  return {
    key: threshold === null ? "alert" : "alert_of",
    values: {
      score: it.score.toFixed(2),
      evidence: rounded(it.log_odds, 2, true),
      threshold: threshold === null ? "" : rounded(threshold, 2, true),
      hits: counted(it.hits),
    },
    span: duration(it.seen_for_s),
  };
}

/** Misses in the order of the recordings, then false alarms by falling evidence. */
export function galleryOf(rows: readonly RecordingRow[], threshold: number | null): GalleryItem[] {
  const missed = rows.flatMap((row) => row.fires.filter((it) => it.outcome === "missed").map((fire) => missedItem(row, fire, threshold)));
  const alarms = rows.flatMap((row) => row.alerts.filter((it) => isFalse(it.verdict)).map((alert) => alarmItem(row, alert)));
  alarms.sort((one, other) => other.alert!.log_odds - one.alert!.log_odds);
  return [...missed, ...alarms];
}

export function alarmItem(recording: RecordingRow, alert: AlertRow): GalleryItem {
  const kind = alert.verdict === "early" ? "early" : "false";
  return { kind, recording, fire: null, alert, at_s: alert.at_s, label: alert.label, box: alert.box, is_share: false, why: [] };
}

export function missedItem(recording: RecordingRow, fire: FireRow, threshold: number | null): GalleryItem {
  const burning = recording.frames.filter((it) => burns(fire, it.at_s));
  const best = first(
    burning.filter((it) => it.refused === ""),
    (one, other) => (one.log_odds ?? 0) - (other.log_odds ?? 0) || Math.max(one.smoke, one.flame) - Math.max(other.smoke, other.flame),
  );
  const drawn = first(
    recording.boxes.filter((it) => burns(fire, it.at_s)),
    (one, other) => areaOf(one) - areaOf(other),
  );
  return {
    kind: "missed",
    recording,
    fire,
    alert: null,
    at_s: drawn?.at_s ?? best?.at_s ?? fire.first_visible_s ?? 0,
    label: drawn?.label ?? "smoke",
    box: drawn,
    is_share: true,
    why: whyMissed(burning, threshold),
  };
}

const areaOf = (box: Edges): number => (box.x_max - box.x_min) * (box.y_max - box.y_min);

/** The greatest; of equal ones the first. */
function first<T>(rows: readonly T[], order: (one: T, other: T) => number): T | null {
  return rows.reduce<T | null>((best, it) => (best === null || order(it, best) > 0 ? it : best), null);
}
