/** Which cameras are paired; asked for by whoever shows it. */

import { ref, shallowRef } from "vue";
import type { AgreementRule, DualPair } from "../api/duals";
import { http } from "../api/http";

const pairs = shallowRef<readonly DualPair[]>([]);
const known = ref(false);
let asked = 0;
let shown = 0;

async function load(): Promise<void> {
  const mine = ++asked;
  const found = (await http.duals()).pairs;
  if (mine < shown) return; // a later question was answered before
  shown = mine;
  pairs.value = found;
  known.value = true;
}

async function pair(visible_id: string, thermal_id: string, rule: AgreementRule): Promise<void> {
  await http.pairCameras(visible_id, thermal_id, rule);
  await load();
}

async function unpair(visible_id: string): Promise<void> {
  await http.unpairCameras(visible_id);
  await load();
}

export function useDuals() {
  return { pairs, known, load, pair, unpair };
}
