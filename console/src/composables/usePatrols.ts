/** How the towers patrol now, read every two seconds while somebody looks. */

import { onBeforeUnmount, onMounted, shallowRef } from "vue";
import { http } from "../api/http";
import type { PatrolStatus } from "../api/patrols";

const EVERY_MS = 2000;

const patrols = shallowRef<ReadonlyMap<string, PatrolStatus>>(new Map());
let lookers = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

async function refresh(): Promise<void> {
  try {
    const found = await http.patrols();
    patrols.value = new Map(found.map((it) => [it.camera_id, it]));
  } catch {
    // The cameras' own list tells of a server that is gone.
  }
}

async function poll(): Promise<void> {
  if (document.visibilityState === "visible") await refresh();
  if (lookers > 0) timer = setTimeout(() => void poll(), EVERY_MS);
}

/** For a component that shows them; they are read while one is there. */
export function usePatrols() {
  onMounted(() => {
    lookers += 1;
    if (lookers === 1) void poll();
  });
  onBeforeUnmount(() => {
    lookers -= 1;
    if (lookers === 0) clearTimeout(timer);
  });
  return { patrols, refresh };
}
