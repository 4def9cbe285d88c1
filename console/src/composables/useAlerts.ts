/** The alerts this page knows, which one is selected, and which are new to this pair of eyes. */

import { computed, readonly, ref, shallowRef } from "vue";
import type { Alert, AlertState, StepRequest } from "../api";
import { http } from "../http";

export type Scope = "working" | "all" | "review";

const WORKING: ReadonlySet<AlertState> = new Set(["open", "acknowledged", "confirmed"]);
const GROUPS: readonly AlertState[] = ["open", "acknowledged", "confirmed", "dismissed", "closed"];

const known = shallowRef<ReadonlyMap<number, Alert>>(new Map());
const scope = ref<Scope>("working");
const selected_id = ref<number | null>(null);
const loaded = ref(false);
const failed = ref(false);
/** Alerts that arrived while the page was open and have not been selected since. */
const fresh = ref<ReadonlySet<number>>(new Set());

const visible = computed(() =>
  [...known.value.values()]
    // A just dismissed alert stays listed while it is selected, so that it can still be read.
    .filter(
      (alert) =>
        scope.value === "all" || WORKING.has(alert.state) || alert.alert_id === selected_id.value,
    )
    .sort((a, b) => b.alert_id - a.alert_id),
);

const groups = computed(() =>
  GROUPS.map((state) => ({
    state,
    alerts: visible.value.filter((alert) => alert.state === state),
  })).filter((group) => group.alerts.length > 0),
);

/** The cards from top to bottom, as the arrow keys walk them. */
const ordered = computed(() => groups.value.flatMap((group) => group.alerts));
const working = computed(() => [...known.value.values()].filter((a) => WORKING.has(a.state)));
const open = computed(() => working.value.filter((alert) => alert.state === "open"));
const selected = computed(() =>
  selected_id.value === null ? null : (known.value.get(selected_id.value) ?? null),
);

function take(alerts: Alert[]): void {
  const next = new Map(known.value);
  for (const alert of alerts) next.set(alert.alert_id, alert);
  known.value = next;
}

/** Read the list anew; answers the sequence after which events are not yet in it. */
async function load(): Promise<number> {
  try {
    const first = !loaded.value;
    const answer = await http.alerts("working");
    if (scope.value === "all") take((await http.alerts("all")).alerts);
    // What the server no longer lists as working has left that state: read those one by one.
    const listed = new Set(answer.alerts.map((alert) => alert.alert_id));
    const gone = working.value.filter((alert) => !listed.has(alert.alert_id));
    if (!first) {
      const unseen = answer.alerts.filter((a) => a.state === "open" && !known.value.has(a.alert_id));
      if (unseen.length > 0)
        fresh.value = new Set([...fresh.value, ...unseen.map((alert) => alert.alert_id)]);
    }
    take(answer.alerts);
    if (gone.length > 0) take(await Promise.all(gone.map((alert) => http.alert(alert.alert_id))));
    loaded.value = true;
    failed.value = false;
    return answer.last_event_sequence;
  } catch (problem) {
    failed.value = true;
    throw problem;
  }
}

/** Read one alert that the live feed spoke of. */
async function refresh(id: number, opened = false): Promise<Alert> {
  const alert = await http.alert(id);
  const is_new = opened && alert.state === "open" && !known.value.has(id);
  take([alert]);
  if (is_new && selected_id.value !== id) fresh.value = new Set([...fresh.value, id]);
  if (is_new && selected_id.value === null) selected_id.value = id;
  return alert;
}

function select(id: number | null): void {
  selected_id.value = id;
  if (id !== null && fresh.value.has(id)) {
    const rest = new Set(fresh.value);
    rest.delete(id);
    fresh.value = rest;
  }
}

/** Select the card above (-1) or below (+1). */
function move(by: -1 | 1): void {
  const list = ordered.value;
  if (list.length === 0) return;
  const at = list.findIndex((alert) => alert.alert_id === selected_id.value);
  const next = at === -1 ? (by === 1 ? 0 : list.length - 1) : at + by;
  const alert = list[Math.min(list.length - 1, Math.max(0, next))];
  if (alert !== undefined) select(alert.alert_id);
}

async function setScope(wanted: Scope): Promise<void> {
  scope.value = wanted;
  // A failure stands in the list itself; nothing more is known here.
  if (wanted === "all") await load().catch(() => undefined);
}

/** Ask the server for a step and show what it answered; nothing changes before it does. */
async function step(id: number, request: StepRequest): Promise<void> {
  take([await http.step(id, request)]);
}

function clear(): void {
  known.value = new Map();
  selected_id.value = null;
  fresh.value = new Set();
  loaded.value = false;
}

export function useAlerts() {
  return {
    scope: readonly(scope),
    loaded: readonly(loaded),
    failed: readonly(failed),
    fresh: readonly(fresh),
    selected_id: readonly(selected_id),
    selected,
    groups,
    working,
    open,
    load,
    refresh,
    select,
    move,
    setScope,
    step,
    clear,
  };
}
