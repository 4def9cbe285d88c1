/** The bureau's aircraft and the models that a catalogue tells of. */

import { computed, shallowRef } from "vue";
import type { Aircraft, OwnAircraft } from "../api/aircraft";
import { http } from "../api/http";

const own = shallowRef<readonly OwnAircraft[]>([]);
const catalogue = shallowRef<readonly Aircraft[]>([]);
/** All that can be planned with; a bureau's own wins over a model of the same name. */
const fleet = computed<readonly Aircraft[]>(() => {
  const names = new Set(own.value.map((it) => it.name));
  return [...own.value, ...catalogue.value.filter((it) => !names.has(it.name))];
});

async function load(): Promise<void> {
  const told = await http.fleet();
  own.value = told.aircraft;
  catalogue.value = told.catalogue;
}

export function useFleet() {
  return { own, catalogue, fleet, load };
}
