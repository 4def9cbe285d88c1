/** Models, sets and releases as the server knows them; read anew when the feed tells of a change. */

import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { FrozenSet, Models, Release } from "../api/models";
import type { Replay } from "../api/replays";
import { useReplayRoom } from "./useReplayRoom";
import { useSession } from "./useSession";

const EACH_MS = 1000;

const { models_heard, replays_heard } = useReplayRoom();
const { user } = useSession();
const known = shallowRef<Models | null>(null);
const sets = shallowRef<readonly FrozenSet[]>([]);
const releases = shallowRef<readonly Release[]>([]);
/** Replays that were played for a set. */
const runs = shallowRef<readonly Replay[]>([]);
const problem = shallowRef<unknown>(null);
const busy = ref(false);

/** Freezing, signing and activating are an administrator's. */
const admin = computed(() => user.value?.role === "admin" && user.value.townships.length === 0);

let asked = 0;
let asked_ms = -Infinity;
let timer: number | undefined;

async function load(): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  asked_ms = performance.now();
  const mine = ++asked;
  try {
    const [told, frozen, proposed, played] = await Promise.all([http.models(), http.modelSets(), http.releases(), http.replays({ limit: 100 })]);
    if (mine !== asked) return;
    known.value = told;
    sets.value = frozen;
    releases.value = proposed;
    runs.value = played.replays.filter((it) => it.gate_id !== null);
    problem.value = null;
  } catch (found) {
    if (mine === asked) problem.value = found;
  }
}

function soon(): void {
  if (timer !== undefined) return;
  timer = window.setTimeout(() => void load(), Math.max(0, EACH_MS - (performance.now() - asked_ms)));
}

export function useModels() {
  /** Watches for as long as its component stands. */
  function watchModels(): void {
    onMounted(() => void load());
    watch([models_heard, replays_heard], soon);
    onBeforeUnmount(() => {
      window.clearTimeout(timer);
      timer = undefined;
    });
  }
  return { known, sets, releases, runs, problem, busy, admin, load, watchModels };
}
