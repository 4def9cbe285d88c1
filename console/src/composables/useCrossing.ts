/** Who else sees the selected alert, and who could: read anew whenever anything is seen. */

import { computed, ref, shallowRef, watch } from "vue";
import type { Alternative, Crossings, Lookout } from "../api/crossings";
import { http } from "../api/http";
import { useAlerts } from "./useAlerts";

/** Alerts are told of with every picture; the answer costs the server a tenth of a second. */
const PACE_MS = 2000;

const crossings = shallowRef<Crossings | null>(null);
/** Null while nobody knows, or where there is no place to look at. */
const lookouts = shallowRef<readonly Lookout[] | null>(null);
const failed = ref(false);
/** Which of the matches is looked at. */
const chosen = ref(0);

const { selected_id, working } = useAlerts();
const match = computed(() => crossings.value?.matches[chosen.value] ?? null);
/** What the match says of the places of the selected alert's own fix. */
const weights = computed<readonly Alternative[]>(() => match.value?.members[0]?.alternatives ?? []);
const witness = (key: string) => crossings.value?.witnesses.find((it) => it.key === key);

let asked = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

async function load(): Promise<void> {
  const id = selected_id.value;
  if (id === null) return;
  const mine = ++asked;
  try {
    const found = await http.crossings(id);
    if (mine !== asked) return;
    // The same match stays in view when the list changes around it.
    const before = match.value?.members.map((it) => it.key).join();
    const again = found.matches.findIndex((it) => it.members.map((one) => one.key).join() === before);
    crossings.value = found;
    chosen.value = Math.max(0, again);
    failed.value = false;
    const towers = await http.lookouts(id);
    if (mine === asked) lookouts.value = towers.lon_deg === null ? null : towers.lookouts;
  } catch {
    if (mine === asked) failed.value = true;
  }
}

function soon(): void {
  if (timer !== undefined || selected_id.value === null) return;
  timer = setTimeout(() => {
    timer = undefined;
    void load();
  }, PACE_MS);
}

watch(selected_id, () => {
  asked += 1;
  crossings.value = null;
  lookouts.value = null;
  failed.value = false;
  chosen.value = 0;
  void load();
});
watch(working, soon);

export function useCrossing() {
  return { crossings, lookouts, failed, chosen, match, weights, witness, load, soon };
}
