/** What the system saw and did not alert on, and the ledger that holds some of it back. */

import { readonly, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { Candidate, LedgerEntry } from "../api/review";
import { useAlerts } from "./useAlerts";

const REFRESH_MS = 20_000;

const open = ref(false);
const loaded = ref(false);
const failed = ref(false);
const busy = ref(false);
const candidates = shallowRef<readonly Candidate[]>([]);
const entries = shallowRef<readonly LedgerEntry[]>([]);
let timer: ReturnType<typeof setInterval> | undefined;

const alerts = useAlerts();

async function load(): Promise<void> {
  try {
    const [seen, ledger] = await Promise.all([http.candidates(), http.ledger()]);
    candidates.value = seen.candidates;
    entries.value = ledger.entries;
    loaded.value = true;
    failed.value = false;
  } catch {
    failed.value = true;
  }
}

function show(): void {
  if (open.value) return;
  open.value = true;
  void load();
  timer = setInterval(() => void load(), REFRESH_MS);
}

function hide(): void {
  open.value = false;
  clearInterval(timer);
}

async function once(deed: () => Promise<void>): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  try {
    await deed();
    await load();
  } finally {
    busy.value = false;
  }
}

/** Make an alert of a candidate and show its fire. */
const promote = (id: number): Promise<void> =>
  once(async () => {
    await alerts.select((await http.promote(id)).alert_id);
  });

const end = (id: number): Promise<void> => once(async () => void (await http.endEntry(id)));

export function useReview() {
  return {
    open: readonly(open),
    loaded: readonly(loaded),
    failed: readonly(failed),
    busy: readonly(busy),
    candidates,
    entries,
    load,
    show,
    hide,
    promote,
    end,
  };
}
