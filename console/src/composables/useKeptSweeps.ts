/** Sweeps that can be flown: their heads for a choice, and the flights of the one that is chosen. */

import { computed, shallowRef } from "vue";
import { http } from "../api/http";
import type { KeptSweep, SweepHead } from "../api/sweeps";

const PAGE = 200;

export function useKeptSweeps() {
  const heads = shallowRef<readonly SweepHead[]>([]);
  const sweep = shallowRef<KeptSweep | null>(null);
  let asked = 0;

  async function load(): Promise<void> {
    heads.value = (await http.sweeps(PAGE)).sweeps;
  }

  async function choose(sweep_id: number | null): Promise<void> {
    const mine = ++asked;
    sweep.value = null;
    if (sweep_id === null) return;
    const read = await http.sweep(sweep_id);
    if (mine === asked) sweep.value = read;
  }

  /** A file that was taken over tells of no flights: it is one, and its aircraft is to be named. */
  const sorties = computed<{ number: number; aircraft: string }[]>(() => {
    const it = sweep.value;
    if (it === null) return [];
    if (it.plan !== null) return it.plan.sorties.map(({ number, aircraft }) => ({ number, aircraft }));
    return Array.from({ length: it.sorties }, (_, index) => ({ number: index + 1, aircraft: "" }));
  });

  return { heads, sweep, sorties, load, choose };
}
