/** Registered burns as circles on the map: drawn, changed and ended in the ledger. */

import { computed, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { LedgerEntry, LedgerRequest } from "../api/review";
import type { LonLat } from "../api/shared";
import { circle } from "../lib/landShape";
import { useClock } from "./useClock";

export const LEAST_RADIUS_M = 20;
export const MOST_RADIUS_M = 5000;
const DAY_MS = 86_400_000;

interface BurnDraft {
  /** The one that is changed; null for a new one. */
  before: LedgerEntry | null;
  at: LonLat | null;
  radius_m: number | null;
  reported_by: string;
  responsible: string;
  phone: string;
  /** From now; null keeps the end that it has. */
  days: number | null;
  note: string;
}

const entries = shallowRef<readonly LedgerEntry[]>([]);
const draft = ref<BurnDraft | null>(null);
const busy = ref(false);
const { now: clock } = useClock();

const burns = computed(() =>
  entries.value.flatMap((it) =>
    it.kind !== "burn" || it.ground === null || it.entry_id === draft.value?.before?.entry_id
      ? []
      : [{ id: it.entry_id, shape: circle([it.ground.lon_deg, it.ground.lat_deg], it.ground.radius_m) }],
  ),
);
const shape = computed(() => {
  const now = draft.value;
  return now === null || now.at === null || now.radius_m === null || now.radius_m <= 0 ? null : circle(now.at, now.radius_m);
});
const ready = computed(() => {
  const now = draft.value;
  if (now === null || now.at === null || now.radius_m === null) return false;
  return now.radius_m >= LEAST_RADIUS_M && now.radius_m <= MOST_RADIUS_M && now.reported_by.trim() !== "" && now.responsible.trim() !== "";
});

async function load(): Promise<void> {
  entries.value = (await http.ledger()).entries;
}

function begin(): void {
  draft.value = { before: null, at: null, radius_m: 200, reported_by: "", responsible: "", phone: "", days: 1, note: "" };
}

function take(id: number): void {
  const before = entries.value.find((it) => it.entry_id === id);
  if (before?.ground == null) return;
  const { lon_deg, lat_deg, radius_m } = before.ground;
  draft.value = { before, at: [lon_deg, lat_deg], radius_m, reported_by: before.reported_by, responsible: before.responsible, phone: before.phone ?? "", days: null, note: before.note };
}

function place(at: LonLat): void {
  if (draft.value !== null) draft.value.at = at;
}

async function during(work: () => Promise<unknown>): Promise<void> {
  busy.value = true;
  try {
    await work();
    draft.value = null;
    await load();
  } finally {
    busy.value = false;
  }
}

/** A minute early, so that a clock that runs ahead asks for no more than is allowed. */
const untilOf = (now: BurnDraft): string =>
  now.days === null ? now.before!.until_at : new Date(clock.value.getTime() + now.days * DAY_MS - 60_000).toISOString();

const save = (): Promise<void> =>
  during(async () => {
    const now = draft.value;
    if (now === null || now.at === null || now.radius_m === null) return;
    const before = now.before;
    const request: LedgerRequest = {
      kind: "burn",
      place: { kind: "ground", lon_deg: now.at[0], lat_deg: now.at[1], radius_m: now.radius_m },
      until_at: untilOf(now),
      reason: "registered_burn",
      reported_by: now.reported_by.trim(),
      responsible: now.responsible.trim(),
      phone: now.phone.trim(),
      note: now.note.trim(),
      ...(before === null ? {} : { from_at: before.from_at, times: before.times }),
    };
    await (before === null ? http.declare(request) : http.changeEntry(before.entry_id, request));
  });

const end = (): Promise<void> =>
  during(async () => {
    if (draft.value?.before != null) await http.endEntry(draft.value.before.entry_id);
  });

export function useBurns() {
  return { burns, draft, shape, ready, busy, load, begin, take, place, save, end, cancel: () => (draft.value = null) };
}
