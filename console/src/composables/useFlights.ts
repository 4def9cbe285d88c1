/**
 * Flights as the server knows them: those of the days that are looked at, the one that is chosen, the
 * schedules, and the aircraft now. Read anew when the feed tells of a change, and only while the room
 * is open.
 */

import { computed, ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { Flight, FlightRow, FlightsNow, FlightTrack, Schedule } from "../api/flights";
import { isInTheAir } from "../lib/flightStates";
import { useFlightsRoom } from "./useFlightsRoom";

/** However much happens: never more often. */
const EACH_MS = 1000;
/** Where the aircraft are. */
const NOW_MS = 2000;
const PAGE = 200;
/** A week of a busy bureau; more is told to be more. */
const MOST_PAGES = 5;

const { run_id } = useFlightsRoom();
const span = shallowRef<{ from: Date; until: Date } | null>(null);
const flights = shallowRef<readonly FlightRow[] | null>(null);
/** Whether the span holds more flights than were read. */
const cut = ref(false);
const schedules = shallowRef<readonly Schedule[] | null>(null);
const chosen = shallowRef<Flight | null>(null);
const track = shallowRef<FlightTrack | null>(null);
const aircraft = shallowRef<FlightsNow | null>(null);
const problem = shallowRef<unknown>(null);
/** Aircraft whose place could not be asked for: what is shown of them is old. */
const now_failed = ref(false);

let running = false;
let asked = 0;
let asked_ms = -Infinity;
let timer: number | undefined;
let now_timer: number | undefined;
let looked = 0;

async function readSpan(from: Date, until: Date): Promise<{ found: FlightRow[]; more: boolean }> {
  const found: FlightRow[] = [];
  let before: number | string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const told = await http.flights({ from, until, before, limit: PAGE });
    found.push(...told.flights);
    before = told.next_before;
    if (before === null) break;
  }
  return { found, more: before !== null };
}

async function readChosen(): Promise<void> {
  const id = run_id.value;
  const mine = ++looked;
  if (id === null) {
    chosen.value = track.value = null;
    return;
  }
  const [flight, way] = await Promise.all([http.flight(id), http.flightTrack(id).catch(() => null)]);
  if (mine !== looked || run_id.value !== id) return; // another one was chosen meanwhile
  chosen.value = flight;
  track.value = way;
}

/** Read all that is shown; what failed is told, and what was there stays. */
async function load(): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  if (!running) return;
  const mine = ++asked;
  asked_ms = performance.now();
  try {
    const now = span.value;
    const [told, kept] = await Promise.all([now === null ? null : readSpan(now.from, now.until), http.schedules(), readChosen()]);
    if (mine !== asked) return; // overtaken
    if (told !== null) {
      flights.value = told.found;
      cut.value = told.more;
    }
    schedules.value = kept.schedules;
    problem.value = null;
  } catch (failure) {
    if (mine === asked) problem.value = failure;
  }
}

/** Something about a flight or a schedule has changed. */
function heard(): void {
  if (!running || timer !== undefined) return;
  timer = window.setTimeout(() => void load(), Math.max(0, asked_ms + EACH_MS - performance.now()));
}

async function readNow(): Promise<void> {
  try {
    aircraft.value = await http.flightsNow();
    now_failed.value = false;
    if (chosen.value !== null && isInTheAir(chosen.value.state)) track.value = await http.flightTrack(chosen.value.run_id);
  } catch {
    now_failed.value = true;
  }
  if (running) now_timer = window.setTimeout(() => void (document.hidden ? later() : readNow()), NOW_MS);
}
/** Nobody looks: ask again when the next look is due. */
function later(): void {
  if (running) now_timer = window.setTimeout(() => void (document.hidden ? later() : readNow()), NOW_MS);
}

/** Until the answer is called. */
function watchFlights(): () => void {
  running = true;
  void load();
  void readNow();
  return () => {
    running = false;
    asked += 1;
    looked += 1;
    window.clearTimeout(timer);
    window.clearTimeout(now_timer);
    timer = undefined;
    problem.value = null;
    flights.value = schedules.value = null;
    chosen.value = track.value = aircraft.value = null;
  };
}

function look(from: Date, until: Date): void {
  span.value = { from, until };
  flights.value = null;
  void load();
}

function choose(id: number | null): void {
  run_id.value = id;
}

watch(run_id, () => {
  chosen.value = track.value = null;
  void load();
});

/** What the chosen flight's aircraft tells now; null where it is not linked or flies another one. */
const flown = computed(() => aircraft.value?.aircraft.find((it) => it.run_id !== null && it.run_id === run_id.value) ?? null);

export function useFlights() {
  return { flights, cut, schedules, chosen, track, aircraft, flown, problem, now_failed, load, heard, look, choose, watchFlights };
}
