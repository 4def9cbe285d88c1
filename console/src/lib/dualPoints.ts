/** Points that a person shows in the picture of heat and in the visible one, by number. */

import type { TargetPair } from "../api/duals";
import type { Place, PlacePair } from "./homography";

export type Side = "thermal" | "visible";

export interface Target {
  id: number;
  thermal: Place | null;
  visible: Place | null;
}

/** More help no fit, and hide the pictures. */
export const MOST_TARGETS = 24;
/** Share of a picture within which a second press is the first one's double. */
const NEAR = 0.004;
/** A hand is steadier than a hundredth of a picture's width. */
const WRONG_SHARE = 0.01;

const kept = (value: number): number => Math.min(1, Math.max(0, value));
export const within = ([x, y]: Place): Place => [kept(x), kept(y)];

/** What the next press in a picture does: the first point that lacks it there, or a new one. */
export function nextOf(targets: readonly Target[], side: Side): { index: number; is_new: boolean } | null {
  const index = targets.findIndex((it) => it[side] === null);
  if (index !== -1) return { index, is_new: false };
  return targets.length < MOST_TARGETS ? { index: targets.length, is_new: true } : null;
}

export function added(targets: readonly Target[], side: Side, at: Place): Target[] {
  const place = within(at);
  const doubled = targets.some((it) => it[side] !== null && Math.hypot(it[side][0] - place[0], it[side][1] - place[1]) < NEAR);
  const next = nextOf(targets, side);
  if (next === null || doubled) return [...targets];
  if (!next.is_new) return targets.map((it, index) => (index === next.index ? { ...it, [side]: place } : it));
  const id = 1 + Math.max(0, ...targets.map((it) => it.id));
  return [...targets, { id, thermal: null, visible: null, [side]: place }];
}

export const moved = (targets: readonly Target[], id: number, side: Side, at: Place): Target[] =>
  targets.map((it) => (it.id === id ? { ...it, [side]: within(at) } : it));

export const removed = (targets: readonly Target[], id: number): Target[] => targets.filter((it) => it.id !== id);

export const isWhole = (it: Target): it is Target & { thermal: Place; visible: Place } => it.thermal !== null && it.visible !== null;

export const placePairs = (targets: readonly Target[]): PlacePair[] =>
  targets.filter(isWhole).map((it) => ({ from: it.thermal, to: it.visible }));

export const targetPairs = (targets: readonly Target[]): TargetPair[] =>
  targets.filter(isWhole).map((it) => ({ thermal: [...it.thermal], visible: [...it.visible] }));

/** The worst point, where more than four stand and one is far from what the others say; null otherwise. */
export function suspectOf(targets: readonly Target[], misfits: readonly number[]): number | null {
  const whole = targets.filter(isWhole);
  if (whole.length <= 4 || misfits.length !== whole.length) return null;
  const sorted = [...misfits].sort((a, b) => a - b);
  const [worst, middle] = [sorted.at(-1)!, sorted[Math.floor((sorted.length - 1) / 2)]!];
  return worst > WRONG_SHARE && worst > 1.5 * middle ? whole[misfits.indexOf(worst)]!.id : null;
}
