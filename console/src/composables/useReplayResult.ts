/** What came of runs: read once, kept while it is looked at. */

import { onBeforeUnmount, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { Replay, ReplayResult } from "../api/replays";

/** A result may have many megabytes: no more are kept than two that are compared. */
const KEPT = 2;
const kept = new Map<string, ReplayResult>();

const keyOf = (run: Replay): string => `${run.run_id} ${run.headline?.result_sha256 ?? ""}`;

async function read(run: Replay, signal: AbortSignal): Promise<ReplayResult> {
  const key = keyOf(run);
  const known = kept.get(key) ?? (await http.replayResult(run.run_id, signal));
  kept.delete(key);
  kept.set(key, known);
  for (const old of [...kept.keys()].slice(0, -KEPT)) kept.delete(old);
  return known;
}

/** Results of the runs, in their order; null until all of them are there. */
export function useReplayResults(runs: () => readonly Replay[]) {
  const results = shallowRef<ReplayResult[] | null>(null);
  const problem = ref<unknown>(null);
  let going = new AbortController();

  async function load(): Promise<void> {
    going.abort();
    const mine = (going = new AbortController());
    results.value = null;
    problem.value = null;
    try {
      const told = await Promise.all(runs().map((it) => read(it, mine.signal)));
      if (!mine.signal.aborted) results.value = told;
    } catch (error) {
      if (!mine.signal.aborted) problem.value = error;
    }
  }

  watch(() => runs().map(keyOf).join("|"), load, { immediate: true });
  onBeforeUnmount(() => going.abort());
  return { results, problem, load };
}
