/** What people saw and told; the panel that takes it, and a place that is being picked on the map. */

import { computed, ref, shallowRef } from "vue";
import type { Observation, ObservationRequest } from "../api/crossings";
import { http } from "../api/http";
import type { LonLat } from "../api/shared";
import { useCrossing } from "./useCrossing";

const open = ref(false);
const list = shallowRef<readonly Observation[]>([]);
const failed = ref(false);
const picking = ref(false);
const picked = shallowRef<LonLat | null>(null);

/** On the map: what holds, of the last day. */
const DAY_MS = 86_400_000;
const shown = computed(() =>
  list.value.filter(
    (it) => it.withdrawn_at === null && Date.now() - new Date(it.seen_at).getTime() < DAY_MS,
  ),
);

async function load(): Promise<void> {
  try {
    list.value = (await http.observations()).observations;
    failed.value = false;
  } catch {
    failed.value = true;
  }
}

/** Answers what was noted, with the fire that it opened or joined. */
async function add(request: ObservationRequest): Promise<Observation> {
  const noted = await http.addObservation(request);
  await changed();
  return noted;
}

async function withdraw(id: number): Promise<void> {
  await http.withdrawObservation(id);
  await changed();
}

/** Somebody has told something, here or at another desk. */
async function changed(): Promise<void> {
  await load();
  useCrossing().soon();
}

function pick(at: LonLat): void {
  picked.value = at;
  picking.value = false;
}

function show(): void {
  open.value = true;
}

function hide(): void {
  open.value = false;
  picking.value = false;
}

export function useObservations() {
  return { open, list, shown, failed, picking, picked, load, add, withdraw, changed, pick, show, hide };
}
