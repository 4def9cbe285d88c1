/** The room of the flights: whether it is open, which part of it, and which flight is looked at. */

import { readonly, ref } from "vue";
import type { FlightRow } from "../api/flights";

export const FLIGHT_TABS = ["calendar", "now", "schedules", "imagery"] as const;
export type FlightTab = (typeof FLIGHT_TABS)[number];

const open = ref(false);
const tab = ref<FlightTab>("calendar");
/** The flight that is looked at; null for none. */
const run_id = ref<number | null>(null);

export function useFlightsRoom() {
  return {
    open: readonly(open),
    tab,
    run_id,
    show: () => (open.value = true),
    hide: () => (open.value = false),
    /** Open the room at a flight, from wherever it is named. */
    at: (run: Pick<FlightRow, "run_id">) => {
      open.value = true;
      tab.value = "calendar";
      run_id.value = run.run_id;
    },
  };
}
