/** The numbers of one frame, asked for when it is looked at. */

import { ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import { type HeatPicture, pictureOf } from "../lib/heatPicture";
import { useWords } from "./useWords";

export function useHeatPicture(frame: () => { node_id: string; frame_id: number } | null) {
  const { t, problemWords } = useWords();
  const picture = shallowRef<HeatPicture | null>(null);
  const busy = ref(false);
  const error = ref("");
  let asked = 0;

  async function load(): Promise<void> {
    const wanted = frame();
    const mine = ++asked;
    error.value = "";
    if (wanted === null) {
      picture.value = null;
      busy.value = false;
      return;
    }
    busy.value = true;
    try {
      const found = pictureOf(await http.frameLevels(wanted.node_id, wanted.frame_id));
      if (mine !== asked) return; // another frame was chosen meanwhile
      picture.value = found;
      error.value = found === null ? t("nodes_room.damaged") : "";
    } catch (problem) {
      if (mine !== asked) return;
      picture.value = null;
      error.value = problemWords(problem);
    }
    busy.value = false;
  }

  watch(() => [frame()?.node_id, frame()?.frame_id], () => void load(), { immediate: true });
  return { picture, busy, error };
}
