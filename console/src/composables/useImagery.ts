/** Footage: files on their way to the server, what is there, and the one that is looked at. */

import { ref, shallowRef, watch } from "vue";
import { http } from "../api/http";
import type { Imagery, ImageryHead, ImageryWish } from "../api/imagery";
import { uploadOrder, waits } from "../lib/imagery";
import { useSession } from "./useSession";

export interface Sending {
  key: number;
  name: string;
  state: "waits" | "goes" | "taken" | "refused";
  problem: unknown;
}

const PAGE = 50;
/** While something is still to be looked at or comes in; otherwise another person, or an aircraft, may begin. */
const AGAIN_MS = 4000;
const LATER_MS = 15_000;

const run_id = ref<number | null>(null);
const list = shallowRef<readonly ImageryHead[] | null>(null);
const before = ref<number | null>(null);
const chosen = shallowRef<Imagery | null>(null);
const chosen_id = ref<number | null>(null);
const problem = shallowRef<unknown>(null);
const sending = ref<Sending[]>([]);

let queue: { file: File; wish: ImageryWish; line: Sending }[] = [];
let sends = false;
let last_key = 0;
let running = false;
let asked = 0;
let looked = 0;
let timer: number | undefined;

function again(): void {
  if (running) timer = window.setTimeout(() => void (document.hidden ? again() : load()), waits(list.value ?? []) ? AGAIN_MS : LATER_MS);
}

/** The newest page; what was read further down is read again when asked for. */
async function load(): Promise<void> {
  window.clearTimeout(timer);
  if (!running) return;
  const mine = ++asked;
  try {
    const [page] = await Promise.all([http.imageryList({ limit: PAGE, run_id: run_id.value }), look()]);
    if (mine !== asked) return; // overtaken
    list.value = page.imagery;
    before.value = page.next_before;
    problem.value = null;
  } catch (failure) {
    if (mine !== asked) return;
    problem.value = failure;
  }
  again();
}

async function further(): Promise<void> {
  if (before.value === null) return;
  const mine = ++asked;
  window.clearTimeout(timer);
  const page = await http.imageryList({ limit: PAGE, run_id: run_id.value, before: before.value });
  if (mine !== asked) return;
  list.value = [...(list.value ?? []), ...page.imagery];
  before.value = page.next_before;
}

async function look(): Promise<void> {
  const id = chosen_id.value;
  const mine = ++looked;
  if (id === null) {
    chosen.value = null;
    return;
  }
  const found = await http.imagery(id);
  if (mine === looked && chosen_id.value === id) chosen.value = found;
}

async function choose(id: number | null): Promise<void> {
  chosen_id.value = id;
  if (chosen.value?.imagery_id !== id) chosen.value = null;
  try {
    await look();
    problem.value = null;
  } catch (failure) {
    problem.value = failure;
  }
}

/** One after another: a line that carries one file carries two no sooner. */
async function sendAll(): Promise<void> {
  if (sends) return;
  sends = true;
  try {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { file, wish } = next;
      const { key } = next.line;
      const tell = (state: Sending["state"], problem: unknown = null) =>
        (sending.value = sending.value.map((it) => (it.key === key ? { ...it, state, problem } : it)));
      tell("goes");
      try {
        await http.sendImagery(file, wish);
        tell("taken");
      } catch (failure) {
        tell("refused", failure);
      }
      await load();
    }
  } finally {
    sends = false;
  }
}

function send(files: readonly File[], wish: ImageryWish): void {
  const lines = uploadOrder(files).map((file) => ({ file, wish, line: { key: (last_key += 1), name: file.name, state: "waits" as const, problem: null } }));
  sending.value = [...sending.value.filter((it) => it.state === "waits" || it.state === "goes"), ...lines.map((it) => it.line)];
  queue.push(...lines);
  void sendAll();
}

/** Of one flight, or of all. */
function ofRun(id: number | null): void {
  run_id.value = id;
  list.value = null;
  void load();
}

/** Until the answer is called. Files on their way go on: only leaving the page ends them. */
function watchImagery(): () => void {
  running = true;
  void load();
  return () => {
    running = false;
    asked += 1;
    looked += 1;
    window.clearTimeout(timer);
    list.value = chosen.value = null;
    problem.value = null;
  };
}

/** Whoever signs out leaves nothing on its way, and no name behind. */
watch(useSession().user, (user) => {
  if (user !== null) return;
  queue = [];
  sending.value = [];
  chosen_id.value = run_id.value = null;
});

export function useImagery() {
  return { run_id, list, before, chosen, chosen_id, problem, sending, load, further, choose, send, ofRun, watchImagery };
}
