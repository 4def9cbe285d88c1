/** One camera's newest picture, as often as the server has another one; where there is no video. */

import { onScopeDispose, readonly, ref, watch } from "vue";
import { http } from "../api/http";

const EVERY_MS = 1000;

export function useQuickStill(camera_id: () => string, wanted: () => boolean) {
  const url = ref("");
  const made_ms = ref<number | null>(null);
  const received_ms = ref<number | null>(null);
  let ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(picture: Blob | null): void {
    if (url.value !== "") URL.revokeObjectURL(url.value);
    url.value = picture === null ? "" : URL.createObjectURL(picture);
  }

  async function fetchIt(): Promise<void> {
    const { signal } = ending;
    try {
      const seen = new Map([[camera_id(), made_ms.value ?? 0]]);
      const [found] = document.hidden ? [] : await http.wall(seen, 960, signal);
      if (signal.aborted) return;
      if (found !== undefined) {
        show(found.picture);
        made_ms.value = found.captured_at;
        received_ms.value = found.received_at;
      }
    } catch {
      // The picture that is here stays, with its age.
    }
    if (!signal.aborted) timer = setTimeout(() => void fetchIt(), EVERY_MS);
  }

  function stop(): void {
    clearTimeout(timer);
    ending.abort();
  }

  watch(
    [camera_id, wanted],
    ([id, is], [before]) => {
      stop();
      if (id !== before) {
        show(null);
        made_ms.value = received_ms.value = null;
      }
      ending = new AbortController();
      if (is) void fetchIt();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    stop();
    show(null);
  });

  return { url: readonly(url), made_ms: readonly(made_ms), received_ms: readonly(received_ms) };
}
