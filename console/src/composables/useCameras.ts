/** Camera states, read every two seconds while the page can be seen. */

import { computed, readonly, ref, shallowRef } from "vue";
import type { Camera } from "../api/cameras";
import { http } from "../api/http";
import { CAMERA_TROUBLE } from "../lib/states";
import { useFeed } from "./useFeed";

const EVERY_MS = 2000;

const cameras = shallowRef<Camera[]>([]);
const failed = ref(false);
const loaded = ref(false);
let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;
let asked = 0;
let shown = 0;

const trouble = computed(() => cameras.value.filter((camera) => CAMERA_TROUBLE.has(camera.state)));

async function refresh(): Promise<void> {
  const mine = ++asked;
  try {
    const found = await http.cameras();
    if (mine < shown) return; // a later question was answered before
    shown = mine;
    cameras.value = found;
    failed.value = false;
    loaded.value = true;
  } catch {
    failed.value = true;
    useFeed().doubt();
  }
}

async function poll(): Promise<void> {
  if (document.visibilityState === "visible") await refresh();
  if (running) timer = setTimeout(() => void poll(), EVERY_MS);
}

function start(): void {
  if (running) return;
  running = true;
  void poll();
}

function stop(): void {
  running = false;
  clearTimeout(timer);
}

export function useCameras() {
  return { cameras, trouble, failed: readonly(failed), loaded: readonly(loaded), refresh, start, stop };
}
