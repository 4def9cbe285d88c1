/** The newest pictures of both sensors at one preset, as the watch keeps them for registration. */

import { onScopeDispose, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { DualPicture } from "../api/duals";
import type { Side } from "../lib/dualPoints";
import { Problem } from "../api/transport";
import { useWords } from "./useWords";

export interface SidePicture {
  url: string;
  captured_at: string | null;
  /** Of the picture itself; of the usual one until it is there. */
  width_px: number;
  height_px: number;
  /** Why there is none; empty while there is one, or it is asked for. */
  error: string;
}

const NOTHING: SidePicture = { url: "", captured_at: null, width_px: 16, height_px: 9, error: "" };

async function measured(found: DualPicture): Promise<SidePicture> {
  const url = URL.createObjectURL(found.picture);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(url);
    throw new Problem({ code: "dual_damaged" });
  }
  return { url, captured_at: found.captured_at, width_px: image.naturalWidth, height_px: image.naturalHeight, error: "" };
}

export function useDualPictures(visible_id: () => string, preset: () => number | null) {
  const { t, problemWords } = useWords();
  const thermal = shallowRef<SidePicture>(NOTHING);
  const visible = shallowRef<SidePicture>(NOTHING);
  const busy = ref(false);
  const sides = { thermal, visible };
  let ending = new AbortController();

  function put(side: Side, picture: SidePicture): void {
    if (sides[side].value.url !== "") URL.revokeObjectURL(sides[side].value.url);
    sides[side].value = picture;
  }

  async function take(side: Side, number: number, signal: AbortSignal): Promise<void> {
    try {
      const asked = side === "thermal" ? http.dualThermal : http.dualVisible;
      const picture = await measured(await asked(visible_id(), number, signal));
      if (signal.aborted) URL.revokeObjectURL(picture.url);
      else put(side, picture);
    } catch (problem) {
      if (signal.aborted) return;
      const none = problem instanceof Problem && problem.code === "dual_no_picture";
      put(side, { ...NOTHING, error: none ? t(`dual.no_${side}`) : problemWords(problem) });
    }
  }

  /** Newer ones, if there are any; those that are here stay until then. */
  async function again(): Promise<void> {
    ending.abort();
    const mine = (ending = new AbortController());
    const number = preset();
    if (number === null) return;
    busy.value = true;
    await Promise.all([take("thermal", number, mine.signal), take("visible", number, mine.signal)]);
    if (!mine.signal.aborted) busy.value = false;
  }

  // As one word: the list of cameras is read every two seconds, and a pair of the same words is another pair.
  watch(
    () => `${visible_id()} ${preset()}`,
    () => {
      put("thermal", NOTHING);
      put("visible", NOTHING);
      busy.value = false;
      void again();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    ending.abort();
    put("thermal", NOTHING);
    put("visible", NOTHING);
  });

  return { thermal, visible, busy, again };
}
