/** A run in a few sentences: keys under `replay_result.short` and what is put into them. */

import type { Measure, ReplayCounts, ReplayResult } from "../api/replays";
import { counted, duration, NOTHING, rounded, type Told } from "./replayNumbers";

/** Below it the 95 % interval of a share is wider than ± 18 points at worst (Wilson). */
const FEW_FIRES = 30;

export interface Sentence {
  key: string;
  values: Record<string, string>;
  /** A time in it, in its unit. */
  delay?: Told;
  /** Words of the gateway in it. */
  why?: string[];
}

export const countOf = (counts: ReplayCounts, name: string): number => {
  const value = counts[name];
  return typeof value === "number" ? value : 0;
};

export function sentencesOf(result: ReplayResult): Sentence[] {
  const { counts, headline } = result.figures;
  const of = (name: string): number | null => headline.find((it: Measure) => it.name === name)?.value ?? null;
  const said: Sentence[] = [];
  const say = (key: string, values: Record<string, string> = {}, more: Partial<Sentence> = {}): void => void said.push({ key, values, ...more });

  const drills = result.run.footage.filter((it) => it.is_drill === true).length;
  if (drills > 0) say("drill", { count: counted(drills), all: counted(result.run.footage.length) });
  const visible = countOf(counts, "visible_fires");
  const found = result.figures.sequences.flatMap((it) => it.fires).filter((it) => it.outcome === "found").length;
  if (visible === 0) say("no_fires");
  else if (found >= visible) say("all_found", { visible: counted(visible) });
  else say("fires", { found: counted(found), visible: counted(visible) });
  const delay_s = of("time_to_detect_s");
  if (delay_s !== null) say("delay", {}, { delay: duration(delay_s) });

  const [alarms, early] = [countOf(counts, "false_alarms"), countOf(counts, "early_alarms")];
  const days = rounded(counts["judged_camera_days"] === undefined ? countOf(counts, "camera_days") : countOf(counts, "judged_camera_days"), 3);
  const rate = of("false_alarms_per_camera_day");
  if (alarms === 0) say("no_false", { days });
  else say("false_rate", { false: counted(alarms), days, rate: rate === null ? NOTHING : rounded(rate, 3) });
  if (early > 0) say("early", { early: counted(early) });
  if (visible > 0 && visible < FEW_FIRES) say("few", { visible: counted(visible) });
  for (const [key, number] of [
    ["unseen", countOf(counts, "fires") - visible],
    ["unjudged", countOf(counts, "unjudged_alerts")],
    ["ignored", countOf(counts, "ignored_alerts")],
  ] as const)
    if (number > 0) say(key, { count: counted(number) });
  const refused = Object.entries(counts.refused ?? {}).filter(([, number]) => number > 0);
  if (refused.length > 0)
    say("refused", { count: counted(refused.reduce((sum, [, number]) => sum + number, 0)), frames: counted(countOf(counts, "frames")) }, { why: refused.map(([word]) => word) });
  return said;
}
