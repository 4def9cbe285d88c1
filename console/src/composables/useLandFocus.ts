/** One thing of the land that somebody wants to see on the map. */

import { shallowRef, watch } from "vue";
import type { Layer } from "../api/land";
import type { LonLat } from "../api/shared";
import { useIncidents } from "./useIncidents";
import { useLegend } from "./useLegend";

export type LandFocus =
  | { kind: "feature"; layer: Layer; code: string }
  | { kind: "point"; at: LonLat };

const focus = shallowRef<LandFocus | null>(null);
const { selected_id } = useIncidents();
const { shown } = useLegend();

watch(selected_id, () => (focus.value = null));

/** Its layer is switched on: what is shown must be seen. Asked again, the map goes there again. */
function show(layer: Layer, code: string): void {
  shown[layer] = true;
  focus.value = { kind: "feature", layer, code };
}

function showPoint(at: LonLat): void {
  focus.value = { kind: "point", at };
}

export function useLandFocus() {
  return { focus, show, showPoint };
}
