/** Points that are being shown in both pictures, what follows from them, and the way back. */

import { computed, ref } from "vue";
import { added, isWhole, moved, nextOf, placePairs, removed, type Side, suspectOf, type Target } from "../lib/dualPoints";
import { doubtOf, homographyOf, LEAST_PAIRS, type Place, residuals } from "../lib/homography";

const MOST_STEPS = 100;

/** @param aspect of the visible picture, width over height. */
export function useDualTargets(aspect: () => number) {
  const targets = ref<readonly Target[]>([]);
  const past = ref<(readonly Target[])[]>([]);
  /** Of which point the marks stand out in both pictures. */
  const chosen = ref<number | null>(null);
  let held: readonly Target[] | null = null;

  const pairs = computed(() => placePairs(targets.value));
  const missing = computed(() => Math.max(0, LEAST_PAIRS - pairs.value.length));
  const matrix = computed(() => homographyOf(pairs.value));
  const misfits = computed(() => (matrix.value === null ? [] : residuals(matrix.value, pairs.value, aspect())));
  const misfitOf = computed(() => {
    const whole = targets.value.filter(isWhole);
    return new Map(whole.flatMap((it, index) => (misfits.value[index] === undefined ? [] : [[it.id, misfits.value[index]] as const])));
  });
  const doubt = computed(() => doubtOf(misfits.value));
  const suspect = computed(() => suspectOf(targets.value, misfits.value));

  function to(next: readonly Target[]): void {
    past.value = [...past.value.slice(1 - MOST_STEPS), targets.value];
    targets.value = next;
  }

  function add(side: Side, at: Place): void {
    const next = added(targets.value, side, at);
    if (next.every((it, index) => it === targets.value[index]) && next.length === targets.value.length) return;
    const place = nextOf(targets.value, side);
    to(next);
    chosen.value = place === null ? null : (next[place.index]?.id ?? null);
  }

  /** Without a way back of its own: a pull is one step, whatever its length; see `hold`. */
  function move(id: number, side: Side, at: Place): void {
    targets.value = moved(targets.value, id, side, at);
    chosen.value = id;
  }

  function hold(): void {
    held = targets.value;
  }

  function letGo(): void {
    if (held !== null && held !== targets.value) past.value = [...past.value.slice(1 - MOST_STEPS), held];
    held = null;
  }

  function drop(id: number): void {
    to(removed(targets.value, id));
    if (chosen.value === id) chosen.value = null;
  }

  function undo(): void {
    const before = past.value.at(-1);
    if (before === undefined) return;
    past.value = past.value.slice(0, -1);
    targets.value = before;
    chosen.value = null;
  }

  function clear(): void {
    targets.value = [];
    past.value = [];
    chosen.value = null;
  }

  return { targets, past, chosen, pairs, missing, matrix, misfitOf, doubt, suspect, add, move, hold, letGo, drop, undo, clear };
}

export type DualTargets = ReturnType<typeof useDualTargets>;
