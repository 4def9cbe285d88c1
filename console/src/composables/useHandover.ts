/** The handover's panel: whether it is open, and how many pages wait for their second signature. */

import { readonly, ref } from "vue";
import { http } from "../api/http";
import { useSession } from "./useSession";

const open = ref(false);
const untaken = ref(0);
const { of_district } = useSession();

/** Asked again when the feed says that a page was signed. */
async function look(): Promise<void> {
  if (!of_district.value) {
    untaken.value = 0;
    return;
  }
  try {
    untaken.value = (await http.handovers(1)).untaken;
  } catch {
    // An unreachable server has its own banner.
  }
}

export function useHandover() {
  return {
    open: readonly(open),
    untaken: readonly(untaken),
    look,
    show: () => (open.value = true),
    hide: () => (open.value = false),
  };
}
