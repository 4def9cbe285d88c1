/** The newest picture of one camera, fetched while it can be seen and no oftener than it is worth. */

import { onScopeDispose, ref, watch, type Ref } from "vue";
import type { Camera } from "../api/cameras";
import { http } from "../api/http";

const EVERY_MS = { 320: 4000, 960: 2000 } as const;

export function useStill(camera: () => Camera, element: Ref<HTMLElement | null>, width: 320 | 960) {
  const url = ref("");
  const captured_at = ref<string | null>(null);
  const received_at = ref<string | null>(null);
  const seen = ref(false);
  const ending = new AbortController();
  let asked_ms = -Infinity;
  let shown_of = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  const observer = new IntersectionObserver((entries) => {
    seen.value = entries.some((entry) => entry.isIntersecting);
  });
  watch(element, (now, before) => {
    if (before) observer.unobserve(before);
    if (now) observer.observe(now);
  });

  function show(blob: Blob | null): void {
    if (url.value !== "") URL.revokeObjectURL(url.value);
    url.value = blob === null ? "" : URL.createObjectURL(blob);
  }

  async function fetchIt(): Promise<void> {
    timer = undefined;
    asked_ms = performance.now();
    const { camera_id, received_at: newest } = camera();
    try {
      const found = await http.still(camera_id, width, ending.signal);
      if (ending.signal.aborted) return;
      show(found.picture);
      captured_at.value = found.captured_at;
      received_at.value = found.received_at;
      shown_of = newest ?? "";
    } catch {
      // The list says what is the matter; the picture that is here stays, with its time.
    }
  }

  watch(
    () => [camera().has_still, camera().received_at, seen.value] as const,
    ([has, newest, visible]) => {
      if (!has) show(null);
      if (!has || !visible || timer !== undefined || newest === shown_of) return;
      const wait_ms = Math.max(0, asked_ms + EVERY_MS[width] - performance.now());
      timer = setTimeout(() => void fetchIt(), wait_ms);
    },
    { immediate: true },
  );

  onScopeDispose(() => {
    observer.disconnect();
    clearTimeout(timer);
    ending.abort();
    show(null);
  });

  return { url, captured_at, received_at };
}
