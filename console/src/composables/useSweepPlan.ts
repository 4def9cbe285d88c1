/** What is wished of a sweep, and the newest plan of it: every change asks anew. */

import { computed, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { KeptSweep, LookRequest, LookViews, SweepPlan, SweepRequest } from "../api/sweeps";
import type { LonLat } from "../api/shared";
import { i18n } from "../i18n";
import { replanner } from "../lib/replanning";
import { FRESH, missingOf, requestOf, type Wish, type WishField, wishOf } from "../lib/sweepForm";
import { useFleet } from "./useFleet";
import { useSite } from "./useSite";
import { useSweepRoom } from "./useSweepRoom";

type Question = { kind: "cover"; request: SweepRequest } | { kind: "look"; request: LookRequest };

const { tab, open } = useSweepRoom();
const { fleet } = useFleet();
const { land } = useSite();

const wish = ref<Wish>({ ...FRESH });
const look = ref<{ at: LonLat | null; radius_m: number; views: LookViews }>({ at: null, radius_m: 100, views: 3 });
const plan = shallowRef<SweepPlan | null>(null);
/** Of what `plan` is the answer. */
const answered = ref("");
const waiting = ref(false);
const problem = shallowRef<unknown>(null);
/** The kept sweep that is worked on. */
const kept = shallowRef<{ sweep_id: number; version: number } | null>(null);
const saving = ref(false);
/** Number of the flight that is looked at; null for all. */
const sortie = ref<number | null>(null);
/** The place on the map that the section's cursor is at. */
const pointed = shallowRef<LonLat | null>(null);

const missing = computed<WishField | null>(() => {
  if (tab.value !== "look") return missingOf(wish.value, fleet.value);
  if (look.value.at === null) return "target";
  const lacking = missingOf({ ...FRESH, ...whoAndWind(), target: { geometry: { type: "Point", coordinates: [] }, width_m: null } }, fleet.value);
  return lacking;
});
const whoAndWind = () => {
  const { aircraft, home, own_wind, wind_from_deg, wind_speed_ms } = wish.value;
  return { aircraft, home, own_wind, wind_from_deg, wind_speed_ms };
};

const asked = (): SweepRequest | null => requestOf(wish.value, fleet.value, i18n.global.t("sweep.unnamed"));

const question = computed<Question | null>(() => {
  if (missing.value !== null) return null;
  if (tab.value !== "look") {
    const request = asked();
    return request === null ? null : { kind: "cover", request };
  }
  const { own_wind, wind_from_deg, wind_speed_ms, aircraft, home } = whoAndWind();
  const [lon_deg, lat_deg] = look.value.at!;
  const wind = own_wind ? { from_deg: wind_from_deg! % 360, speed_ms: wind_speed_ms! } : null;
  return { kind: "look", request: { lon_deg, lat_deg, radius_m: look.value.radius_m, aircraft: [...aircraft], home, wind, views: look.value.views } };
});
/** By which two wishes are the same; another name is no reason to plan anew. */
const mark = (it: Question | null): string => (it === null ? "" : JSON.stringify({ ...it.request, name: "", kind: it.kind }));
/** The plan on the map is not (or not yet) that of the wish. */
const stale = computed(() => plan.value !== null && tab.value !== "kept" && mark(question.value) !== answered.value);

function take(made: SweepPlan, of: string): void {
  plan.value = made;
  answered.value = of;
  problem.value = null;
  if (!made.sorties.some((it) => it.number === sortie.value)) sortie.value = null;
}

const planning = replanner<Question, SweepPlan>({
  ask: (it) => (it.kind === "cover" ? http.planSweep(it.request) : http.planLook(it.request)),
  answered: (made, it) => take(made, mark(it)),
  refused: (why) => (problem.value = why),
  waiting: (waits) => (waiting.value = waits),
});

watch([() => mark(question.value), tab, open], ([now], [before]) => {
  const plans = open.value && (tab.value === "cover" || tab.value === "look");
  if (!plans) return planning.wish(null);
  if (now !== before) problem.value = null;
  planning.wish(now === answered.value ? null : question.value);
});

/** The same again, as after a refusal that was none of the wish's. */
const again = (): void => planning.wish(question.value, true);

function change(part: Partial<Wish>): void {
  wish.value = { ...wish.value, ...part };
}

function nameOf(request: SweepRequest): string {
  const { target } = request;
  if ("geometry" in target) return "";
  return land.value?.features.find(({ properties: it }) => it.layer === target.layer && it.code === target.code)?.properties.name ?? target.code;
}

/** Nothing is chosen any more but who flies. */
function begin(): void {
  const { aircraft, home } = wish.value;
  wish.value = { ...FRESH, aircraft, home };
  look.value = { ...look.value, at: null };
  plan.value = kept.value = null;
  answered.value = "";
  sortie.value = null;
}

/** Work on a kept sweep; its plan is shown as it was kept until something is changed. */
function take_up(it: KeptSweep): void {
  if (it.request === null) return;
  tab.value = "cover";
  wish.value = wishOf(it.request, nameOf(it.request));
  kept.value = { sweep_id: it.sweep_id, version: it.version };
  sortie.value = null;
  if (it.plan !== null) take(it.plan, mark(question.value));
}

/** Look at a kept sweep without taking it up. */
function show(it: KeptSweep): void {
  if (it.plan === null) return;
  sortie.value = null;
  take(it.plan, it.request === null ? "" : mark({ kind: "cover", request: it.request }));
}

/** Keep it: a new sweep, or a further version of the one that is worked on. */
async function save(anew: boolean): Promise<KeptSweep | null> {
  const request = asked();
  if (request === null || saving.value) return null;
  saving.value = true;
  try {
    const made = anew || kept.value === null ? await http.saveSweep(request) : await http.saveSweepAgain(kept.value.sweep_id, request, kept.value.version);
    kept.value = { sweep_id: made.sweep_id, version: made.version };
    if (made.plan !== null && mark({ kind: "cover", request }) === mark(question.value)) take(made.plan, mark({ kind: "cover", request }));
    return made;
  } finally {
    saving.value = false;
  }
}

export function useSweepPlan() {
  return { wish, look, plan, stale, waiting, problem, missing, kept, saving, sortie, pointed, change, again, begin, take_up, show, save };
}
