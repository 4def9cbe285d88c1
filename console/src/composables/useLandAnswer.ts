/** The land's full answer to the selected fire: read anew while it is looked at. */

import { computed, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { FullLandAnswer } from "../api/landanswer";
import { useIncidents } from "./useIncidents";

/** The land, the wind and the burns change while a fire is open; nothing else tells of it. */
const PACE_MS = 15_000;

const found = shallowRef<{ id: number; answer: FullLandAnswer } | null>(null);
const failed = ref(false);

const { selected_id } = useIncidents();
/** Of the selected fire; null while it is on its way. */
const answer = computed(() =>
  found.value !== null && found.value.id === selected_id.value ? found.value.answer : null,
);

let asked = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

async function load(): Promise<void> {
  clearTimeout(timer);
  const id = selected_id.value;
  if (id === null) return;
  const mine = ++asked;
  try {
    const got = await http.landOfIncident(id);
    if (mine !== asked) return;
    found.value = { id, answer: got };
    failed.value = false;
  } catch {
    if (mine !== asked) return;
    failed.value = true;
  }
  timer = setTimeout(() => void load(), PACE_MS);
}

watch(
  selected_id,
  () => {
    asked += 1;
    failed.value = false;
    void load();
  },
  { immediate: true },
);

export function useLandAnswer() {
  return { answer, failed, load };
}
