/** The room of the drones: whether it is open, and what is done there. */

import { readonly, ref } from "vue";

export const SWEEP_TABS = ["cover", "look", "kept", "file", "aircraft"] as const;
export type SweepTab = (typeof SWEEP_TABS)[number];

const open = ref(false);
const tab = ref<SweepTab>("cover");

export function useSweepRoom() {
  return {
    open: readonly(open),
    tab,
    show: () => (open.value = true),
    hide: () => (open.value = false),
  };
}
