/** The panel of the gates: whether it is open. */

import { readonly, ref } from "vue";

const open = ref(false);

export function useGates() {
  return {
    open: readonly(open),
    show: () => (open.value = true),
    hide: () => (open.value = false),
  };
}
