/** The duty room's panel: whether it is open. */

import { readonly, ref } from "vue";

const open = ref(false);

export function useDuty() {
  return {
    open: readonly(open),
    show: () => (open.value = true),
    hide: () => (open.value = false),
  };
}
