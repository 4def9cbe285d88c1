/** Looks at fires: the flight that the map shows, and when flights were last heard of. */

import { readonly, ref, shallowRef } from "vue";
import type { SweepPlan } from "../api/sweeps";

/** Rises whenever something about a flight has changed. */
const revision = ref(0);
/** The proposal that is looked at on the map; null for none. */
const shown = shallowRef<SweepPlan | null>(null);

export function useLooks() {
  return { revision: readonly(revision), heard: () => void (revision.value += 1), shown };
}
