/** A mission file that is looked at: what a check found, and whether it may fly. */

import { ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { KeptSweep, MissionCheck } from "../api/sweeps";

const file = shallowRef<File | null>(null);
const aircraft = ref<string | null>(null);
const check = shallowRef<MissionCheck | null>(null);
/** It has been taken over, or was opened from those that are kept. */
const kept = shallowRef<KeptSweep | null>(null);
let turn = 0;

/** Only the newest question is answered: another file, or another aircraft. */
async function look(): Promise<void> {
  const mine = ++turn;
  check.value = kept.value = null;
  if (file.value === null) return;
  const found = await http.checkMission(file.value, aircraft.value);
  if (mine === turn) check.value = found;
}

async function take(): Promise<KeptSweep | null> {
  if (file.value === null) return null;
  kept.value = await http.importMission(file.value, aircraft.value);
  return kept.value;
}

function open(it: KeptSweep): void {
  turn += 1;
  file.value = null;
  kept.value = it;
  check.value = it.check;
}

export function useMissionCheck() {
  return { file, aircraft, check, kept, look, take, open };
}
