/** The sweep panel's wishes and the server's plan. */

import { computed, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { LandFeature } from "../api/land";
import type { Sweep } from "../api/sweeps";
import { useSite } from "./useSite";

const open = ref(false);
const belt_code = ref<string | null>(null);
const aircraft_name = ref<string | null>(null);
const height_m = ref(100);
const plan = shallowRef<Sweep | null>(null);
const busy = ref(false);

const { land, aircraft } = useSite();
const belts = computed(
  () =>
    (land.value?.features ?? []).filter(
      (feature) => feature.properties.layer === "forest_belt",
    ) as LandFeature[],
);
const chosen = computed(() => aircraft.value.find((it) => it.name === aircraft_name.value) ?? null);

function show(): void {
  open.value = true;
  belt_code.value ??= belts.value[0]?.properties.code ?? null;
  aircraft_name.value ??= aircraft.value[0]?.name ?? null;
  if (chosen.value !== null) height_m.value = Math.min(height_m.value, chosen.value.ceiling_m);
}

function hide(): void {
  open.value = false;
  plan.value = null;
}

/** Any changed wish makes the shown plan untrue. */
function choose(code: string | null): void {
  belt_code.value = code;
  plan.value = null;
}

async function make(): Promise<void> {
  if (belt_code.value === null || aircraft_name.value === null || busy.value) return;
  busy.value = true;
  plan.value = null;
  try {
    plan.value = await http.planSweep({
      belt_code: belt_code.value,
      aircraft: aircraft_name.value,
      height_above_ground_m: height_m.value,
    });
  } finally {
    busy.value = false;
  }
}

export function useSweep() {
  return { open, belt_code, aircraft_name, height_m, plan, busy, belts, chosen, show, hide, choose, make };
}
