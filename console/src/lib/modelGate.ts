/** What the gate says, as values for its words; and what may be held against what. */

import type { FrozenSet, GateCheck, ReleaseState, Weights, ZooModel } from "../api/models";
import type { Replay } from "../api/replays";

/** The same weights on another card are another model: they look at other widths. */
export const isSame = (one: Weights, other: Weights): boolean => one.name === other.name && one.version === other.version && one.sha256 === other.sha256;
export const nameOf = (model: Weights): string => `${model.name} ${model.version}`;

/** A figure as it is read: three digits, and no digits behind whole numbers. */
export function figure(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}

/** Every value of a check as text, for its words; what nobody knows is a dash. */
export function wordsOf(check: GateCheck): Record<string, string> {
  const words: Record<string, string> = {};
  for (const [name, value] of Object.entries(check.values)) {
    words[name] = value === null ? "–" : typeof value === "number" ? figure(value) : value;
  }
  return words;
}

/** Green is never the only sign of it. */
export const STATE_CLASS: Record<ReleaseState, string> = { failed: "said-bad", passed: "said-caution", signed: "said-good", declined: "quiet" };

/** Replays of a set that are done: of the model in force, and of the others. */
export function sidesOf(runs: readonly Replay[], set: number | null, in_force: Weights, models: readonly ZooModel[]): { old: Replay[]; new: Replay[] } {
  const done = runs.filter((it) => it.gate_id === set && it.state === "done");
  const old = done.filter((it) => it.weights === nameOf(in_force));
  const usable = new Set(models.filter((it) => it.problem === "").map(nameOf));
  return { old, new: done.filter((it) => it.weights !== nameOf(in_force) && usable.has(it.weights)) };
}

/** What is played so that a model can be judged by a set: exactly the set. */
export function requestOf(set: FrozenSet, model: string, name: string) {
  return {
    name: name.slice(0, 120),
    footage_ids: set.footage.map((it) => it.footage_id),
    drill_fires: set.drill_fires,
    drill_seed: set.drill_seed,
    model,
    every: 1,
    fps: null,
    gate_id: set.gate_id,
  };
}
