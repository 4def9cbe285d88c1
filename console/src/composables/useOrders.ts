/** Open work orders: read when the feed tells of one, counted on in between. The room is open or not. */

import { computed, readonly, ref, shallowRef } from "vue";
import { http } from "../api/http";
import type { Order } from "../api/orders";
import { alarmOf, urgentFirst } from "../lib/orders";
import { useIncidents } from "./useIncidents";

/** However much happens: never more often. */
const EACH_MS = 2000;
/** A desk that slept, or whose feed was cut, is right again by itself. */
const ANYWAY_MS = 30_000;
const TICK_MS = 500;

interface Read {
  at: string;
  orders: readonly Order[];
  /** On the timer of this page. */
  read_ms: number;
}

const open = ref(false);
const last = shallowRef<Read | null>(null);
const problem = shallowRef<unknown>(null);
/** Rises whenever orders were read anew. */
const revision = ref(0);
const now_ms = ref(performance.now());
const fires = useIncidents();

let running = false;
let timer: number | undefined;
let asked_ms = -Infinity;
let asked = 0;

/** Seconds since an answer that came at `read_ms` of this page's timer. */
const since = (read_ms: number): number => Math.max(0, (now_ms.value - read_ms) / 1000);
const since_s = computed(() => (last.value === null ? 0 : since(last.value.read_ms)));
const sorted = computed(() => (last.value === null ? null : urgentFirst(last.value.orders, since_s.value, fires.known.value)));
const alarm = computed(() => alarmOf(last.value?.orders ?? [], since_s.value));

async function load(): Promise<void> {
  window.clearTimeout(timer);
  timer = undefined;
  if (!running) return;
  const mine = ++asked;
  asked_ms = performance.now();
  try {
    const answer = await http.openOrders();
    if (mine !== asked) return; // overtaken
    now_ms.value = performance.now();
    last.value = { at: answer.at, orders: answer.orders, read_ms: now_ms.value };
    problem.value = null;
    revision.value += 1;
  } catch (failure) {
    if (mine === asked) problem.value = failure;
  }
}

/** Something about an order has changed. */
function heard(): void {
  if (!running || timer !== undefined) return;
  timer = window.setTimeout(() => void load(), Math.max(0, asked_ms + EACH_MS - performance.now()));
}

const seen = (): void => {
  if (!document.hidden) heard();
};

/** Until the answer is called: who signs out leaves no name behind. */
function watchOrders(): () => void {
  running = true;
  void load();
  const ticks = window.setInterval(() => (now_ms.value = performance.now()), TICK_MS);
  const anyway = window.setInterval(heard, ANYWAY_MS);
  document.addEventListener("visibilitychange", seen);
  return () => {
    running = false;
    asked += 1;
    window.clearTimeout(timer);
    timer = undefined;
    window.clearInterval(ticks);
    window.clearInterval(anyway);
    document.removeEventListener("visibilitychange", seen);
    open.value = false;
    last.value = null;
    problem.value = null;
  };
}

export function useOrders() {
  return {
    open: readonly(open),
    at: computed(() => last.value?.at ?? ""),
    orders: sorted,
    since_s,
    since,
    alarm,
    problem: readonly(problem),
    revision: readonly(revision),
    load,
    heard,
    watchOrders,
    show: () => (open.value = true),
    hide: () => (open.value = false),
  };
}
