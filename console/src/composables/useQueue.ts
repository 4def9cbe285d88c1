/** What the left column lists: what needs people, or all fires by state, time and township. */

import { computed, reactive, readonly, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { Incident } from "../api/incidents";
import type { FireState } from "../api/shared";
import { useClock } from "./useClock";
import { useIncidents } from "./useIncidents";

export type Scope = "working" | "all" | "review";

const PAGE = 50;
const DAY_MS = 86_400_000;

const scope = ref<Scope>("working");
const filter = reactive<{ state: FireState | null; days: number | null; township: string | null }>({
  state: null,
  days: null,
  township: null,
});
const found = shallowRef<readonly number[]>([]);
const cursor = ref<string | null>(null);
const busy = ref(false);
const failed = ref(false);

const fires = useIncidents();
const { now } = useClock();

/** Newest first, as they are now; one that was merged meanwhile is none of its own any more. */
const past = computed<Incident[]>(() => found.value.flatMap((id) => fires.known.value.get(id) ?? []));
const cards = computed(() => (scope.value === "all" ? past.value : fires.listed.value));

let asked = 0;

async function search(more = false): Promise<void> {
  const mine = ++asked;
  busy.value = true;
  const since = filter.days === null ? null : new Date(now.value.getTime() - filter.days * DAY_MS);
  try {
    const answer = await http.incidents({
      scope: "all",
      limit: PAGE,
      cursor: more ? cursor.value : null,
      state: filter.state,
      from: since?.toISOString() ?? null,
      township: filter.township,
    });
    if (mine !== asked) return;
    fires.take(answer.incidents);
    const numbers = answer.incidents.map((it) => it.incident_id);
    found.value = more ? [...found.value, ...numbers] : numbers;
    cursor.value = answer.next_cursor;
    failed.value = false;
  } catch {
    if (mine === asked) failed.value = true;
  } finally {
    if (mine === asked) busy.value = false;
  }
}

watch(filter, () => void search());

async function setScope(wanted: Scope): Promise<void> {
  scope.value = wanted;
  if (wanted === "all") await search();
}

/** Select the card above (-1) or below (+1). */
function move(by: -1 | 1): void {
  const list = cards.value;
  if (list.length === 0) return;
  const at = list.findIndex((it) => it.incident_id === fires.selected_id.value);
  const next = at === -1 ? (by === 1 ? 0 : list.length - 1) : at + by;
  const fire = list[Math.min(list.length - 1, Math.max(0, next))];
  if (fire !== undefined) fires.select(fire.incident_id);
}

export function useQueue() {
  return { scope: readonly(scope), filter, cards, more: computed(() => cursor.value !== null), busy: readonly(busy), failed: readonly(failed), search, setScope, move };
}
