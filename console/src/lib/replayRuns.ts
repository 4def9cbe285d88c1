/** Runs of replays: which may be done what, how far each is, and what a new one is to play. */

import type { Footage } from "../api/footage";
import type { Replay, ReplayRequest, ReplayState } from "../api/replays";
import type { ICONS } from "./icons";

export const REPLAY_GLYPH: Record<ReplayState, keyof typeof ICONS> = { queued: "clock", running: "play", done: "check", refused: "caution", cancelled: "close" };
export const REPLAY_CLASS: Record<ReplayState, string> = { queued: "quiet", running: "said-now", done: "said-good", refused: "said-bad", cancelled: "quiet" };

export const isOpen = (run: Pick<Replay, "state">): boolean => run.state === "queued" || run.state === "running";
export const canResume = (run: Pick<Replay, "state">): boolean => run.state === "refused" || run.state === "cancelled";
/** What a release rests on is kept. */
export const canRemove = (run: Pick<Replay, "state" | "gate_id">): boolean => !isOpen(run) && !(run.state === "done" && run.gate_id !== null);

/** Share of the frames that are played, 0 to 1; of the recordings where nobody knows how many frames there are. */
export function shareOf({ progress }: Pick<Replay, "progress">): number {
  const whole = progress.frames_planned;
  const share = whole !== null && whole > 0 ? progress.frames / whole : progress.recordings > 0 ? progress.finished / progress.recordings : 0;
  return Math.min(1, Math.max(0, share));
}

/** Frames a second: three of its digits at most, and never 0 for what goes on. */
export const paceOf = (rate: number): string => (rate >= 100 ? String(Math.round(rate)) : rate >= 10 ? rate.toFixed(1) : rate.toFixed(2));

/** Which is the older of two runs stands first: differences are the newer less the older. */
export const inOrder = (first: number, second: number): [number, number] => (first <= second ? [first, second] : [second, first]);

/** One more or one less of at most two: the one that was ticked longest gives way. */
export function ticked(now: readonly number[], id: number): number[] {
  return now.includes(id) ? now.filter((it) => it !== id) : [...now.slice(-1), id];
}

export interface RunFilter {
  scene: string | null;
  light: Footage["conditions"]["light"];
  labelled: boolean | null;
  text: string;
}
export const NO_FILTER: RunFilter = { scene: null, light: null, labelled: null, text: "" };

export const meets = (it: Footage, filter: RunFilter): boolean =>
  (filter.scene === null || it.scene === filter.scene) &&
  (filter.light === null || it.conditions.light === filter.light) &&
  (filter.labelled === null || it.truth_version > 0 === filter.labelled) &&
  it.name.toLowerCase().includes(filter.text.trim().toLowerCase());

export interface RunForm {
  name: string;
  chosen: readonly number[];
  drill_fires: number | null;
  drill_seed: number | null;
  model: string;
  sampling: "all" | "every" | "fps";
  every: number | null;
  fps: number | null;
}

/** What is asked for; null while something of it lacks. */
export function requestOf(form: RunForm): ReplayRequest | null {
  const name = form.name.trim();
  const fires = form.drill_fires ?? 0;
  if (name === "" || form.drill_seed === null || (form.chosen.length === 0 && fires === 0)) return null;
  if ((form.sampling === "every" && form.every === null) || (form.sampling === "fps" && form.fps === null)) return null;
  return {
    name,
    footage_ids: [...form.chosen].sort((first, second) => first - second),
    drill_fires: fires,
    drill_seed: form.drill_seed,
    model: form.model,
    every: form.sampling === "every" ? form.every! : 1,
    fps: form.sampling === "fps" ? form.fps : null,
    gate_id: null,
  };
}
