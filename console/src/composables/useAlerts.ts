/** What cameras saw of the fires: the piece of evidence that is looked at, and all that burns now. */

import { computed, readonly, ref } from "vue";
import type { Alert } from "../api/alerts";
import { http } from "../api/http";
import { bestOf } from "../lib/fires";
import { useIncidents } from "./useIncidents";

const fires = useIncidents();

/** What somebody chose to look at; the best there is of the selected fire where nobody chose. */
const chosen_id = ref<number | null>(null);

const selected = computed<Alert | null>(() => {
  const fire = fires.selected.value;
  if (fire === null) return null;
  return fire.alerts.find((it) => it.alert_id === chosen_id.value) ?? bestOf(fire);
});
const selected_id = computed(() => selected.value?.alert_id ?? null);
/** Evidence of every fire that needs people. */
const working = computed(() => fires.working.value.flatMap((it) => it.alerts));
const open = computed(() => fires.open.value.flatMap((it) => it.alerts));

/** The picture of a camera is looked at on its own: which one stays until another is chosen. */
function look(id: number): void {
  chosen_id.value = id;
}

/** Show an alert with the fire that it belongs to. */
async function select(id: number): Promise<void> {
  const holder = [...fires.known.value.values()].find((fire) =>
    fire.alerts.some((it) => it.alert_id === id),
  );
  look(id);
  if (holder !== undefined) fires.select(holder.incident_id);
  else await fires.show((await http.alert(id)).incident_id);
}

/** Read one alert that the live feed spoke of. */
async function refresh(id: number): Promise<void> {
  if (!working.value.some((it) => it.alert_id === id) && selected_id.value !== id) return;
  fires.takeAlert(await http.alert(id));
}

export function useAlerts() {
  return { selected_id, selected, chosen_id: readonly(chosen_id), working, open, look, select, refresh };
}
