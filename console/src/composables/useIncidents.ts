/** The fires this page knows, which one is selected, and which are new to this pair of eyes. */

import { computed, readonly, ref, shallowRef, watch } from "vue";
import type { Alert } from "../api/alerts";
import { http } from "../api/http";
import type { Incident } from "../api/incidents";
import { byUrgency, isSettled, reopenedBy } from "../lib/fires";

const known = shallowRef<ReadonlyMap<number, Incident>>(new Map());
const selected_id = ref<number | null>(null);
const loaded = ref(false);
const failed = ref(false);
/** Fires that came, or came back, while the page was open and have not been selected since. */
const fresh = ref<ReadonlySet<number>>(new Set());
/** While somebody points at the list its order rests, so that no card slips away under the hand. */
const resting = ref(false);
const order = shallowRef<readonly number[]>([]);

const working = computed(() => [...known.value.values()].filter((it) => !isSettled(it)));
const open = computed(() => working.value.filter((it) => it.state === "open"));
const selected = computed(() =>
  selected_id.value === null ? null : (known.value.get(selected_id.value) ?? null),
);

watch(
  [working, resting],
  () => {
    const sorted = [...working.value].sort(byUrgency).map((it) => it.incident_id);
    if (!resting.value) order.value = sorted;
    else {
      const before = order.value.filter((id) => sorted.includes(id));
      order.value = [...sorted.filter((id) => !before.includes(id)), ...before];
    }
  },
  { immediate: true, flush: "sync" },
);

/** The cards of the queue from top to bottom, as the arrow keys walk them. */
const listed = computed(() => {
  const cards = order.value.flatMap((id) => known.value.get(id) ?? []);
  // A just settled fire stays listed while it is selected, so that it can still be read.
  const chosen = selected.value;
  return chosen !== null && isSettled(chosen) ? [...cards, chosen] : cards;
});

function take(fires: readonly Incident[]): void {
  const next = new Map(known.value);
  for (const fire of fires) {
    const before = next.get(fire.incident_id);
    if (before !== undefined && before.version > fire.version) continue; // an answer overtaken
    if (fire.merged_into !== null) {
      next.delete(fire.incident_id);
      if (selected_id.value === fire.incident_id) selected_id.value = fire.merged_into;
      greet(fire.incident_id, false);
      continue;
    }
    const again = before !== undefined && reopenedBy(fire) > reopenedBy(before);
    const comes = before === undefined || again;
    if (loaded.value && comes && fire.state === "open" && selected_id.value !== fire.incident_id)
      greet(fire.incident_id, true);
    next.set(fire.incident_id, fire);
  }
  known.value = next;
}

function greet(id: number, is_new: boolean): void {
  if (fresh.value.has(id) === is_new) return;
  const next = new Set(fresh.value);
  if (is_new) next.add(id);
  else next.delete(id);
  fresh.value = next;
}

/** Read the list anew; answers the sequence after which events are not yet in it. */
async function load(): Promise<number> {
  try {
    const answer = await http.incidents({ scope: "working" });
    // What the server no longer lists as working has left that state: read those one by one.
    const there = new Set(answer.incidents.map((it) => it.incident_id));
    const gone = working.value.filter((it) => !there.has(it.incident_id));
    take(answer.incidents);
    await Promise.all(gone.map((it) => refresh(it.incident_id)));
    loaded.value = true;
    failed.value = false;
    return answer.last_event_sequence;
  } catch (problem) {
    failed.value = true;
    throw problem;
  }
}

/** One read at a time of each fire: what is told meanwhile is answered by one more. */
const reading = new Map<number, { again: boolean; done: Promise<Incident> }>();

function refresh(id: number): Promise<Incident> {
  const before = reading.get(id);
  if (before !== undefined) {
    before.again = true;
    return before.done;
  }
  const mine = { again: true, done: Promise.resolve(null as unknown as Incident) };
  reading.set(id, mine);
  mine.done = (async () => {
    try {
      let fire!: Incident;
      while (mine.again) {
        mine.again = false;
        fire = await http.incident(id);
      }
      take([fire]);
      if (fire.merged_into !== null && !known.value.has(fire.merged_into))
        return await refresh(fire.merged_into);
      return fire;
    } finally {
      reading.delete(id);
    }
  })();
  return mine.done;
}

/** A fire that the live feed spoke of; a new one is shown where nothing else is looked at. */
async function heard(id: number): Promise<void> {
  const was_known = known.value.has(id);
  const fire = await refresh(id);
  if (!was_known && fire.state === "open" && selected_id.value === null) select(fire.incident_id);
}

/** Put new pictures of a known fire's alert in its place. */
function takeAlert(alert: Alert): void {
  for (const fire of known.value.values()) {
    if (!fire.alerts.some((it) => it.alert_id === alert.alert_id)) continue;
    const alerts = fire.alerts.map((it) => (it.alert_id === alert.alert_id ? alert : it));
    known.value = new Map(known.value).set(fire.incident_id, { ...fire, alerts });
  }
}

function select(id: number | null): void {
  selected_id.value = id;
  if (id !== null) greet(id, false);
}

/** Show a fire that may not be known yet. */
async function show(id: number): Promise<Incident> {
  const fire = known.value.get(id) ?? (await refresh(id));
  select(fire.incident_id);
  return fire;
}

function clear(): void {
  known.value = new Map();
  selected_id.value = null;
  fresh.value = new Set();
  loaded.value = false;
}

export function useIncidents() {
  return {
    known,
    loaded: readonly(loaded),
    failed: readonly(failed),
    fresh: readonly(fresh),
    selected_id: readonly(selected_id),
    selected,
    listed,
    working,
    open,
    resting,
    load,
    refresh,
    heard,
    take,
    takeAlert,
    select,
    show,
    clear,
  };
}
