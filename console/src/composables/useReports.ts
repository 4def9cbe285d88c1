/** The panel of reports: whether it is open. */

import { readonly, ref } from "vue";

const open = ref(false);

export function useReports() {
  return {
    open: readonly(open),
    show: () => (open.value = true),
    hide: () => (open.value = false),
  };
}
