/** The newest picture of one preset of a camera, to draw on; kept while there is no newer one. */

import { onScopeDispose, ref, watch } from "vue";
import { http } from "../api/http";

const EVERY_MS = 3000;

export function usePresetStill(camera_id: () => string, preset: () => number) {
  const url = ref("");
  const captured_at = ref<string | null>(null);
  const size = ref<{ width: number; height: number } | null>(null);
  let ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(blob: Blob | null): void {
    if (url.value !== "") URL.revokeObjectURL(url.value);
    url.value = blob === null ? "" : URL.createObjectURL(blob);
  }

  async function fetchIt(signal: AbortSignal): Promise<void> {
    try {
      const found = await http.presetStill(camera_id(), preset(), signal);
      if (signal.aborted) return;
      if (found.captured_at !== captured_at.value || url.value === "") show(found.picture);
      captured_at.value = found.captured_at;
    } catch {
      // None yet, or none since something became private: the one that is here stays.
    }
    if (!signal.aborted) timer = setTimeout(() => void fetchIt(signal), EVERY_MS);
  }

  function again(): void {
    ending.abort();
    clearTimeout(timer);
    ending = new AbortController();
    void fetchIt(ending.signal);
  }

  watch(
    () => [camera_id(), preset()] as const,
    () => {
      show(null);
      captured_at.value = null;
      size.value = null;
      again();
    },
    { immediate: true },
  );

  onScopeDispose(() => {
    ending.abort();
    clearTimeout(timer);
    show(null);
  });

  return { url, captured_at, size, again };
}
