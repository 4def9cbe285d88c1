/** The library: what is there, what it is narrowed to, and files on their way to it. */

import { computed, reactive, ref, shallowRef, watch } from "vue";
import type { Footage, FootageFilter } from "../api/footage";
import { http } from "../api/http";
import { Problem } from "../api/transport";
import { useSession } from "./useSession";

export interface SendingFootage {
  key: number;
  name: string;
  state: "waits" | "goes" | "looked" | "taken" | "refused";
  /** Of it that has gone, 0 to 1. */
  share: number;
  footage_id: number | null;
  problem: unknown;
}

const PAGE = 50;
const AGAIN_MS = 3000;
const LATER_MS = 20_000;

export const noFilter = (): FootageFilter => ({ scene: null, kind: null, state: null, light: null, mode: null });

const filter = reactive<FootageFilter>(noFilter());
const list = shallowRef<readonly Footage[] | null>(null);
const before = ref<number | null>(null);
const problem = shallowRef<unknown>(null);
const sending = ref<SendingFootage[]>([]);
/** Every scene that was seen so far, for the filter and for what comes in. */
const scenes = ref<readonly string[]>([]);

let queue: { file: File; scene: string; key: number }[] = [];
let sends = false;
let last_key = 0;
let running = false;
let asked = 0;
let timer: number | undefined;
let ending: { key: number; stop: AbortController } | null = null;

const on_way = computed(() => sending.value.some((it) => it.state === "waits" || it.state === "goes"));

function learn(pages: readonly Footage[]): void {
  const known = new Set([...scenes.value, ...pages.map((it) => it.scene).filter((it) => it !== "")]);
  if (known.size !== scenes.value.length) scenes.value = [...known].sort();
}

/** As much as is on the screen, read anew. */
async function load(): Promise<void> {
  window.clearTimeout(timer);
  if (!running) return;
  const mine = ++asked;
  try {
    const wanted = Math.min(200, Math.max(PAGE, list.value?.length ?? 0));
    const page = await http.footagePage(filter, null, wanted);
    if (mine !== asked) return; // overtaken
    list.value = page.footage;
    before.value = page.next_before;
    problem.value = null;
    learn(page.footage);
  } catch (failure) {
    if (mine !== asked) return;
    problem.value = failure;
  }
  const wait = list.value?.some((it) => it.state === "queued") ? AGAIN_MS : LATER_MS;
  timer = window.setTimeout(() => void load(), wait);
}

async function further(): Promise<void> {
  if (before.value === null) return;
  const mine = ++asked;
  window.clearTimeout(timer);
  const page = await http.footagePage(filter, before.value, PAGE);
  if (mine !== asked) return;
  list.value = [...(list.value ?? []), ...page.footage];
  before.value = page.next_before;
  learn(page.footage);
}

function narrow(change: Partial<FootageFilter>): void {
  Object.assign(filter, change);
  list.value = null;
  void load();
}

const tell = (key: number, change: Partial<SendingFootage>): void => void (sending.value = sending.value.map((it) => (it.key === key ? { ...it, ...change } : it)));

/** One after another: a line that carries one file carries two no sooner. */
async function sendAll(): Promise<void> {
  if (sends) return;
  sends = true;
  try {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { file, scene, key } = next;
      ending = { key, stop: new AbortController() };
      tell(key, { state: "goes" });
      try {
        // All of it has gone before the server has looked at what it is.
        const kept = await http.sendFootage(file, scene, (share) => tell(key, { share, state: share >= 1 ? "looked" : "goes" }), ending.stop.signal);
        tell(key, { state: "taken", share: 1, footage_id: kept.footage_id });
      } catch (failure) {
        if (failure instanceof Problem && failure.code === "cancelled") sending.value = sending.value.filter((it) => it.key !== key);
        else tell(key, { state: "refused", problem: failure });
      }
      ending = null;
      await load();
    }
  } finally {
    sends = false;
  }
}

function send(files: readonly File[], scene: string): void {
  const lines = files.map((file) => ({ file, scene, key: (last_key += 1) }));
  const fresh = lines.map(({ file, key }) => ({ key, name: file.name, state: "waits" as const, share: 0, footage_id: null, problem: null }));
  sending.value = [...sending.value.filter((it) => it.state !== "taken" && it.state !== "refused"), ...fresh];
  queue.push(...lines);
  void sendAll();
}

/** A file is not wanted any more; what has gone of it is thrown away by the server. */
function cancel(key: number): void {
  queue = queue.filter((it) => it.key !== key);
  if (ending?.key === key) ending.stop.abort();
  else sending.value = sending.value.filter((it) => it.key !== key);
}

/** Until the answer is called. Files on their way go on: only leaving the page ends them. */
function watchLibrary(): () => void {
  running = true;
  void load();
  return () => {
    running = false;
    asked += 1;
    window.clearTimeout(timer);
  };
}

/** Whoever signs out leaves nothing on its way, and no name behind. */
watch(useSession().user, (user) => {
  if (user !== null) return;
  queue = [];
  ending?.stop.abort();
  sending.value = [];
  list.value = null;
  scenes.value = [];
  Object.assign(filter, noFilter());
});

export function useFootageLibrary() {
  return { filter, list, before, problem, sending, scenes, on_way, load, further, narrow, send, cancel, watchLibrary };
}
