/** Replays as the server knows them: the newest, and the one that is looked at. Read anew when the feed tells of a change. */

import { onBeforeUnmount, onMounted, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { Replay } from "../api/replays";
import { useReplayRoom } from "./useReplayRoom";

/** However much happens: never more often. */
const EACH_MS = 1000;
const PAGE = 30;

const { run_id, replays_heard } = useReplayRoom();
const list = shallowRef<readonly Replay[] | null>(null);
const before = ref<number | null>(null);
const chosen = shallowRef<Replay | null>(null);
const problem = shallowRef<unknown>(null);

let asked = 0;
let asked_ms = -Infinity;
let timer: number | undefined;

/** The newest page anew; what was read further down stays below it. */
async function load(): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  asked_ms = performance.now();
  const mine = ++asked;
  try {
    const id = run_id.value;
    const [page, one] = await Promise.all([http.replays({ limit: PAGE }), id === null ? null : http.replay(id)]);
    if (mine !== asked) return; // somebody asked anew meanwhile
    const further = list.value?.filter((it) => page.next_before !== null && it.run_id < page.next_before) ?? [];
    if (further.length === 0) before.value = page.next_before;
    list.value = [...page.replays, ...further];
    if (run_id.value === id) chosen.value = one;
    problem.value = null;
  } catch (found) {
    if (mine === asked) problem.value = found;
  }
}

function soon(): void {
  if (timer !== undefined) return;
  timer = window.setTimeout(() => void load(), Math.max(0, EACH_MS - (performance.now() - asked_ms)));
}

async function further(): Promise<void> {
  if (before.value === null) return;
  const page = await http.replays({ before: before.value, limit: PAGE });
  list.value = [...(list.value ?? []), ...page.replays];
  before.value = page.next_before;
}

/** A replay as a deed answered it, in its place. */
function put(run: Replay): void {
  const known = list.value ?? [];
  list.value = known.some((it) => it.run_id === run.run_id) ? known.map((it) => (it.run_id === run.run_id ? run : it)) : [run, ...known];
  if (run_id.value === run.run_id) chosen.value = run;
}

function forget(id: number): void {
  list.value = list.value?.filter((it) => it.run_id !== id) ?? null;
  if (run_id.value === id) run_id.value = null;
}

export function useReplays() {
  /** Watches for as long as its component stands. */
  function watchReplays(): void {
    onMounted(() => void load());
    watch(replays_heard, soon);
    watch(run_id, (id) => {
      if (chosen.value?.run_id !== id) chosen.value = list.value?.find((it) => it.run_id === id) ?? null;
      if (id !== null) void load();
    });
    onBeforeUnmount(() => {
      window.clearTimeout(timer);
      timer = undefined;
    });
  }
  return { list, before, chosen, problem, load, further, put, forget, watchReplays };
}
