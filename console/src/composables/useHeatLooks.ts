/**
 * Looks that heat proposes. Those that wait for somebody are always known, for the map and the badge; others are
 * read while their list is looked at.
 */

import { computed, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { HeatLook, LookState } from "../api/nodes";
import { Problem } from "../api/transport";
import { isUndecided, undecidedFirst } from "../lib/heatLooks";
import { useNodesRoom } from "./useNodesRoom";

const EACH_MS = 1000;
const MOST_WAITING = 100;
const PAGE = 30;

/** What the list shows: those that wait, all, or those of one end. */
export const LOOK_FILTERS = ["waiting", "all", "fire", "no_fire", "faded"] as const;
export type LookFilter = (typeof LOOK_FILTERS)[number];

const { looks_heard, look_id } = useNodesRoom();
const waiting = shallowRef<readonly HeatLook[] | null>(null);
/** How many nobody has taken up, however many were read. */
const open_count = ref(0);
const filter = ref<LookFilter>("waiting");
const listed = shallowRef<readonly HeatLook[] | null>(null);
const next_before = ref<number | null>(null);
const chosen = shallowRef<HeatLook | null>(null);
const problem = shallowRef<unknown>(null);

let running = false;
let asked = 0;
let asked_ms = -Infinity;
let timer: number | undefined;

const stateOf = (it: LookFilter): LookState | "" => (it === "all" || it === "waiting" ? "" : it);

/** One that is not there any more, or not for whoever asks, is looked at no longer. */
function gone(failure: unknown): null {
  if (failure instanceof Problem && (failure.status === 404 || failure.status === 403)) return null;
  throw failure;
}

async function load(): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  if (!running) return;
  asked_ms = performance.now();
  const mine = ++asked;
  const wanted = filter.value;
  const id = look_id.value;
  try {
    const [open, looking, page, looked] = await Promise.all([
      http.heatLooks({ state: "open", limit: MOST_WAITING }),
      http.heatLooks({ state: "looking", limit: MOST_WAITING }),
      wanted === "waiting" ? null : http.heatLooks({ state: stateOf(wanted), limit: PAGE }),
      id === null ? null : http.heatLook(id).catch(gone),
    ]);
    if (mine !== asked) return; // asked anew meanwhile
    waiting.value = undecidedFirst([...open.looks, ...looking.looks]);
    open_count.value = open.open;
    if (page !== null && filter.value === wanted) {
      const further = listed.value?.filter((it) => page.next_before !== null && it.look_id < page.next_before) ?? [];
      if (further.length === 0) next_before.value = page.next_before;
      listed.value = [...page.looks, ...further];
    }
    if (look_id.value === id) chosen.value = looked;
    problem.value = null;
  } catch (failure) {
    if (mine === asked) problem.value = failure;
  }
}

function soon(): void {
  if (!running || timer !== undefined) return;
  timer = window.setTimeout(() => void load(), Math.max(0, asked_ms + EACH_MS - performance.now()));
}

async function further(): Promise<void> {
  const before = next_before.value;
  const wanted = filter.value;
  if (before === null) return;
  const page = await http.heatLooks({ state: stateOf(wanted), before, limit: PAGE });
  if (filter.value !== wanted) return;
  listed.value = [...(listed.value ?? []), ...page.looks];
  next_before.value = page.next_before;
}

/** A look as a deed answered it, in its place. */
function put(look: HeatLook): void {
  const swap = (all: readonly HeatLook[]): HeatLook[] => all.map((it) => (it.look_id === look.look_id ? look : it));
  if (waiting.value !== null) waiting.value = undecidedFirst(swap(waiting.value).filter(isUndecided));
  if (listed.value !== null) listed.value = swap(listed.value);
  if (look_id.value === look.look_id) chosen.value = look;
  soon(); // the count is the server's
}

watch(looks_heard, soon);
watch(filter, () => {
  listed.value = null;
  next_before.value = null;
  if (filter.value !== "waiting") void load();
});
watch(look_id, (id) => {
  chosen.value = [...(waiting.value ?? []), ...(listed.value ?? [])].find((it) => it.look_id === id) ?? null;
  if (id !== null) void load();
});

const shown = computed(() => (filter.value === "waiting" ? waiting.value : listed.value));

/** Until the answer is called. */
function watchLooks(): () => void {
  running = true;
  void load();
  return () => {
    running = false;
    asked += 1;
    window.clearTimeout(timer);
    timer = undefined;
    waiting.value = listed.value = chosen.value = problem.value = null;
    open_count.value = 0;
    filter.value = "waiting";
    look_id.value = null;
  };
}

export function useHeatLooks() {
  return { waiting, open_count, filter, shown, next_before, chosen, problem, load, further, put, watchLooks };
}
