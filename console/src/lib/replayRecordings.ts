/** Recordings of a run, each with what its alerts were and what became of its fires. */

import type {
  AlertVerdict,
  FireOutcome,
  PlayedAlert,
  PlayedFire,
  PlayedFrame,
  PlayedIgnored,
  PlayedSequence,
  PlayedTrueBox,
  ReplayFootage,
  ReplayResult,
} from "../api/replays";

export interface AlertRow extends PlayedAlert {
  verdict: AlertVerdict;
}

export type FireRow = PlayedFire & Omit<FireOutcome, "name">;

export interface RecordingRow {
  name: string;
  scene: string;
  /** In the library; null for a drill, or where it is not known there. */
  footage_id: number | null;
  is_drill: boolean;
  is_known: boolean;
  is_dated: boolean;
  size_px: [number, number];
  conditions: PlayedSequence["conditions"];
  fires: FireRow[];
  boxes: PlayedTrueBox[];
  ignored: PlayedIgnored[];
  frames: PlayedFrame[];
  alerts: AlertRow[];
  from_s: number;
  until_s: number;
  /** Fires missed, and alerts that should not have been. */
  troubles: number;
}

const UNJUDGED: Omit<FireOutcome, "name"> = {
  outcome: "unseen",
  alert: null,
  from_visible_s: null,
  from_visible_frames: null,
  from_ignition_s: null,
  location_error_m: null,
  in_region: null,
};

/** In the order of the result. */
export function recordingsOf(result: ReplayResult, footage: readonly ReplayFootage[]): RecordingRow[] {
  const judged = new Map(result.figures.sequences.map((it) => [it.name, it]));
  const kept = new Map(footage.map((it) => [it.name, it.footage_id]));
  const drills = new Set(result.run.footage.filter((it) => it.is_drill === true).map((it) => it.name));
  return result.sequences.map((it) => {
    const figures = judged.get(it.name);
    const outcomes = new Map((figures?.fires ?? []).map((fire) => [fire.name, fire]));
    const fires = (it.truth?.fires ?? []).map((fire) => ({ ...fire, ...(outcomes.get(fire.name) ?? UNJUDGED) }));
    const alerts = it.alerts.map((alert, index) => ({ ...alert, verdict: figures?.alerts[index] ?? ("unjudged" as const) }));
    return {
      name: it.name,
      scene: it.scene,
      footage_id: kept.get(it.name) ?? null,
      is_drill: drills.has(it.name),
      is_known: it.truth !== null,
      is_dated: it.is_dated,
      size_px: it.size_px,
      conditions: it.conditions,
      fires,
      boxes: it.truth?.boxes ?? [],
      ignored: it.truth?.ignored ?? [],
      frames: it.frames,
      alerts,
      from_s: it.frames[0]?.at_s ?? 0,
      until_s: it.frames.at(-1)?.at_s ?? 0,
      troubles: fires.filter((fire) => fire.outcome === "missed").length + alerts.filter((alert) => isFalse(alert.verdict)).length,
    };
  });
}

/** An early alert is a false one. */
export const isFalse = (verdict: AlertVerdict): boolean => verdict === "false" || verdict === "early";

export const SHOWN = ["all", "trouble", "fire", "quiet"] as const;
export type Shown = (typeof SHOWN)[number];

/** Those that are asked for; with misses and false alarms first, else as they stand. */
export function sorted(rows: readonly RecordingRow[], shown: Shown, words = ""): RecordingRow[] {
  const wanted = words.trim().toLowerCase();
  const kept = rows.filter(
    (it) =>
      (shown === "all" || (shown === "trouble" ? it.troubles > 0 : shown === "fire" ? it.fires.length > 0 : it.is_known && it.fires.length === 0)) &&
      (wanted === "" || it.name.toLowerCase().includes(wanted) || it.scene.toLowerCase().includes(wanted)),
  );
  return kept.sort((one, other) => Number(other.troubles > 0) - Number(one.troubles > 0));
}

/** From which evidence on a track alerts; null where the settings do not say. */
export function thresholdOf(result: ReplayResult): number | null {
  return settingOf(result, "evidence", "alert_log_odds");
}

/** Detections below it are not even tracked; null where the settings do not say. */
export function floorOf(result: ReplayResult): number | null {
  return settingOf(result, "evidence", "floor_score");
}

function settingOf(result: ReplayResult, part: string, name: string): number | null {
  const table = result.run.settings[part];
  const value = typeof table === "object" && table !== null ? (table as Record<string, unknown>)[name] : undefined;
  return typeof value === "number" ? value : null;
}

/** Every setting by its full name, as text. */
export function flatSettings(table: Readonly<Record<string, unknown>>, prefix = "", depth = 0): Map<string, string> {
  const flat = new Map<string, string>();
  for (const key of Object.keys(table).sort()) {
    const value = table[key];
    if (typeof value === "object" && value !== null && !Array.isArray(value) && depth < 6)
      for (const [name, said] of flatSettings(value as Record<string, unknown>, `${prefix}${key}.`, depth + 1)) flat.set(name, said);
    else flat.set(`${prefix}${key}`, typeof value === "string" ? value : JSON.stringify(value));
  }
  return flat;
}
