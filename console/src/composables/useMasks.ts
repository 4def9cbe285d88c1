/** The masks of one camera, and drawing, redrawing and ending them. */

import { computed, ref, watch } from "vue";
import { http } from "../api/http";
import type { Mask, MaskRequest, MaskShape } from "../api/masks";

export function useMasks(camera_id: () => string) {
  const all = ref<Mask[]>([]);
  const loaded = ref(false);
  const busy = ref(false);
  const unended = computed(() => all.value.filter((mask) => !mask.is_over));
  const over = computed(() => all.value.filter((mask) => mask.is_over));

  async function refresh(): Promise<void> {
    all.value = (await http.masks(camera_id())).masks;
    loaded.value = true;
  }

  async function during<T>(work: () => Promise<T>): Promise<T> {
    busy.value = true;
    try {
      return await work();
    } finally {
      busy.value = false;
      await refresh().catch(() => undefined);
    }
  }

  watch(camera_id, () => {
    all.value = [];
    loaded.value = false;
  });

  return {
    unended,
    over,
    loaded,
    busy,
    refresh,
    draw: (request: MaskRequest) => during(() => http.drawMask(request)),
    redraw: (id: number, shape: MaskShape) => during(() => http.redrawMask(id, shape)),
    end: (id: number) => during(() => http.endMask(id)),
  };
}
