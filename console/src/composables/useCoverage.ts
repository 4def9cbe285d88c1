/** The layer of coverage: which picture is shown, what it says, and when it is read anew. */

import { computed, ref, shallowRef, watch } from "vue";
import type { Bounds, Coverage, Ink, WatchedLand } from "../api/coverage";
import { http } from "../api/http";

export type CoverageMode = "off" | "seen" | "watched";

const STORED = "firewatch.coverage";
const COMPUTING_MS = 3_000;
const MINUTE_MS = 60_000;
/** Smoke of which a place counts as watched. */
export const WATCHED_SMOKE_M = 30;

function remembered(): CoverageMode {
  const stored = localStorage.getItem(STORED);
  return stored === "seen" || stored === "watched" ? stored : "off";
}

const mode = ref<CoverageMode>(remembered());
const facts = shallowRef<Coverage | null>(null);
const watched = shallowRef<WatchedLand | null>(null);
const failed = ref(false);
let timer: ReturnType<typeof setTimeout> | undefined;
let round = 0;

async function read(): Promise<void> {
  clearTimeout(timer);
  round += 1;
  const mine = round;
  if (mode.value === "off") return;
  let again_ms = MINUTE_MS;
  // A page that nobody sees asks nothing.
  if (!document.hidden) {
    try {
      const found = await http.coverage();
      const computing = found.state === "computing";
      const land =
        mode.value === "watched" && found.version !== "" ? await http.watchedLand(WATCHED_SMOKE_M) : null;
      if (mine !== round) return;
      facts.value = found;
      watched.value = land;
      failed.value = false;
      if (computing) again_ms = COMPUTING_MS;
    } catch {
      if (mine !== round) return;
      failed.value = true;
    }
  }
  timer = setTimeout(() => void read(), again_ms);
}

watch(
  mode,
  () => {
    localStorage.setItem(STORED, mode.value);
    void read();
  },
  { immediate: true },
);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) void read();
});

/** Address and place of the picture; the address changes with what it shows. */
const picture = computed<{ url: string; bounds: Bounds } | null>(() => {
  if (mode.value === "seen" && facts.value !== null && facts.value.bounds !== null)
    return { url: `/api/coverage/seen.png?v=${facts.value.version}`, bounds: facts.value.bounds };
  const land = watched.value;
  if (mode.value !== "watched" || land === null) return null;
  return {
    url: `/api/coverage/watched.png?smoke=${land.smoke_m}&v=${land.version}`,
    bounds: land.bounds,
  };
});

const inks = computed<Ink[]>(() =>
  mode.value === "watched" ? (watched.value?.classes ?? []) : (facts.value?.seen ?? []),
);

export function useCoverage() {
  return { mode, facts, watched, failed, picture, inks };
}
