/** The network view: what is asked for, what came back, and what of it is looked at. */

import { computed, readonly, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { Finding, FindingKind, FindingShapes, Network } from "../api/network";
import { sorted, type SortKey } from "../lib/network";

const POLL_MS = 3_000;
const FOLLOW_MS = 15_000;

const open = ref(false);
const kinds = ref<FindingKind[]>([]);
const township = ref("");
const by = ref<SortKey>("kind");
const falling = ref(false);
const drawn = ref(true);
const network = shallowRef<Network | null>(null);
const shapes = shallowRef<FindingShapes | null>(null);
const chosen = shallowRef<Finding | null>(null);
const problem = shallowRef<unknown>(null);
let timer = 0;
let asked = 0;
let shapes_of = "";

const query = computed(() => {
  const wanted = new URLSearchParams();
  for (const kind of kinds.value) wanted.append("kind", kind);
  if (township.value !== "") wanted.set("township", township.value);
  return wanted.toString();
});
const findings = computed(() => {
  const found = network.value?.findings ?? [];
  return by.value === "kind" && !falling.value ? found : sorted(found, by.value, falling.value);
});

async function load(): Promise<void> {
  window.clearTimeout(timer);
  const turn = (asked += 1);
  const asks = query.value;
  let wait_ms = POLL_MS;
  try {
    const told = await http.network(asks);
    if (turn !== asked || !open.value) return;
    // The same again is not drawn again: the list is read while it is polled.
    if (JSON.stringify(told) !== JSON.stringify(network.value)) network.value = told;
    problem.value = null;
    const mark = `${told.at} ${asks}`;
    if (told.at !== null && mark !== shapes_of) {
      const found = await http.networkShapes(asks);
      if (turn !== asked) return;
      shapes.value = found;
      shapes_of = mark;
    }
    if (told.state === "ready" || told.state === "failed") wait_ms = FOLLOW_MS;
  } catch (error) {
    if (turn !== asked) return;
    problem.value = error;
    wait_ms = FOLLOW_MS;
  }
  if (open.value) timer = window.setTimeout(() => void load(), wait_ms);
}

watch(query, () => {
  chosen.value = null;
  if (open.value) void load();
});

function show(): void {
  open.value = true;
  void load();
}

function hide(): void {
  open.value = false;
  chosen.value = null;
  window.clearTimeout(timer);
}

/** By the same column again: the other way round. */
function sort(key: SortKey): void {
  falling.value = by.value === key ? !falling.value : key === "measure";
  by.value = key;
}

export function useNetwork() {
  return { open: readonly(open), kinds, township, by: readonly(by), falling: readonly(falling), drawn, network, shapes, chosen, problem, query, findings, show, hide, sort };
}
