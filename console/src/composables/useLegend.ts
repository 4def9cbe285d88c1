/** Which map layers are shown; remembered on this desk. */

import { reactive, ref, watch } from "vue";
import type { Layer } from "../api/land";
import { LAYERS } from "../map/symbols";

export type Shown = Record<Layer | "cameras" | "nodes_heat" | "terrain", boolean>;

const STORED = "firewatch.layers";
const DEFAULT: Shown = {
  ...(Object.fromEntries(LAYERS.map((layer) => [layer, true])) as Record<Layer, boolean>),
  cameras: true,
  nodes_heat: true,
  terrain: true,
};

function remembered(): Shown {
  try {
    const stored = JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Shown>;
    return { ...DEFAULT, ...stored };
  } catch {
    return { ...DEFAULT };
  }
}

const shown = reactive<Shown>(remembered());
watch(shown, () => localStorage.setItem(STORED, JSON.stringify(shown)));

/** A wide screen has room for the list; elsewhere it would hide the map. */
const listed = ref(window.innerWidth >= 1700);

/** Whether what coverage's colours say is listed. */
const covered = ref(false);

/** On a low screen there is room for one list. */
const LOW_PX = 880;
watch(listed, (open) => {
  if (open && window.innerHeight < LOW_PX) covered.value = false;
});
watch(covered, (open) => {
  if (open && window.innerHeight < LOW_PX) listed.value = false;
});

export function useLegend() {
  return { shown, listed, covered };
}
