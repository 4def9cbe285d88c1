/** Which camera is watched live: one a page, for a browser has six connections to a server. */

import { readonly, ref } from "vue";

const camera_id = ref<string | null>(null);

export function useLive() {
  return {
    camera_id: readonly(camera_id),
    show: (id: string) => (camera_id.value = id),
    hide: () => (camera_id.value = null),
  };
}
