/** What is true of the recording at hand, as one person is changing it: with a way back, kept here until it is saved. */

import { computed, ref, shallowRef, watch } from "vue";
import type { Truth, TruthAnswer } from "../api/footage";
import { http } from "../api/http";
import { Problem } from "../api/transport";
import { changesOf, merged, type Changes, type Merged } from "../lib/footageMerge";
import { keyOf, loadDraft, putDraft } from "../lib/footageSaved";
import { faultsOf, NOTHING } from "../lib/footageTruth";
import { useSession } from "./useSession";

/** Somebody was faster: what they said since, and both together. */
export interface Overtaken {
  answer: TruthAnswer;
  theirs: Changes;
  ours: Changes;
  together: Merged;
}

const MOST_STEPS = 200;
const KEPT_AFTER_MS = 300;
/** Codes with which the server says that somebody was faster. */
const FASTER = new Set(["truth_changed", "outdated"]);

const { user } = useSession();
const id = ref<number | null>(null);
const answer = shallowRef<TruthAnswer | null>(null);
/** Version that the draft goes on from, and what it says; null where nobody has said anything. */
const base = ref(0);
const base_truth = shallowRef<Truth | null>(null);
const draft = shallowRef<Truth>(NOTHING);
const nothing = ref(false);
const note = ref("");
const past = shallowRef<readonly Truth[]>([]);
const overtaken = shallowRef<Overtaken | null>(null);
/** An old version that is looked at in place of the draft. */
const viewed = shallowRef<{ version: number; truth: Truth } | null>(null);
/** Whether the draft came from the shelf, and whether it could be put there. */
const found_again = ref(false);
const unkept = ref(false);

let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

const origin = computed(() => base_truth.value ?? NOTHING);
const dirty = computed(() => draft.value !== origin.value || (base_truth.value === null && nothing.value));
const truth = computed(() => viewed.value?.truth ?? draft.value);
const faults = computed(() => faultsOf(draft.value, nothing.value));
const savable = computed(() => dirty.value && viewed.value === null && overtaken.value === null && !faults.value.some((it) => it.stops));

const key = (): string => keyOf(user.value?.name ?? "", id.value ?? 0);

function keep(): void {
  clearTimeout(timer);
  timer = undefined;
  if (id.value === null || user.value === null) return;
  const one = dirty.value ? { base: base.value, truth: draft.value, nothing: nothing.value, note: note.value } : null;
  unkept.value = !putDraft(localStorage, key(), one);
}

function keepSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(keep, KEPT_AFTER_MS);
}

function begin(read: TruthAnswer): void {
  answer.value = read;
  base.value = read.version;
  base_truth.value = read.truth;
  draft.value = read.truth ?? NOTHING;
  nothing.value = read.truth !== null && read.truth.fires.length === 0;
  note.value = "";
  past.value = [];
  overtaken.value = viewed.value = null;
  found_again.value = false;
}

/** Of a recording: what the server knows, and on it what lies here unsaved. */
async function open(footage_id: number): Promise<void> {
  close();
  id.value = footage_id;
  const mine = ++asked;
  const read = await http.truth(footage_id);
  const saved = user.value === null ? null : loadDraft(localStorage, key());
  // What it began from is needed to tell what is new in it.
  const from = saved === null || saved.base === 0 || saved.base === read.version ? null : await http.truth(footage_id, saved.base).catch(() => null);
  if (mine !== asked) return;
  begin(read);
  if (saved === null) return;
  if (saved.base !== read.version) {
    base.value = saved.base;
    base_truth.value = from?.truth ?? null;
  }
  draft.value = saved.truth;
  nothing.value = saved.nothing;
  note.value = saved.note;
  found_again.value = true;
}

/** The draft stays on its shelf. */
function close(): void {
  asked += 1;
  if (timer !== undefined) keep();
  id.value = answer.value = base_truth.value = overtaken.value = viewed.value = null;
  base.value = 0;
  draft.value = NOTHING;
  past.value = [];
  nothing.value = found_again.value = unkept.value = false;
  note.value = "";
}

/** What is told of it anew, where nothing of ours is lost by it. */
async function again(): Promise<void> {
  const footage_id = id.value;
  if (footage_id === null) return;
  const read = await http.truth(footage_id);
  if (id.value !== footage_id) return;
  if (dirty.value) answer.value = read;
  else begin(read);
}

function change(next: Truth): void {
  if (viewed.value !== null || next === draft.value) return;
  past.value = [...past.value.slice(1 - MOST_STEPS), draft.value];
  draft.value = next;
  if (next.fires.length > 0) nothing.value = false;
  keepSoon();
}

/** Without a way back of its own: a pull is one step, however long; see `hold`. */
let held: Truth | null = null;
const hold = (): void => void (held = draft.value);
function slide(next: Truth): void {
  draft.value = next;
}
function letGo(): void {
  if (held !== null && held !== draft.value) {
    past.value = [...past.value.slice(1 - MOST_STEPS), held];
    keepSoon();
  }
  held = null;
}

function undo(): void {
  const last = past.value.at(-1);
  if (last === undefined || viewed.value !== null) return;
  past.value = past.value.slice(0, -1);
  draft.value = last;
  keepSoon();
}

function sayNothing(on: boolean): void {
  nothing.value = on;
  keepSoon();
}

function discard(): void {
  if (answer.value === null) return;
  begin(answer.value);
  keep();
}

/** Whether it is saved: when somebody was faster it is not, and `overtaken` tells what they said. */
async function save(): Promise<boolean> {
  const footage_id = id.value;
  if (footage_id === null) return false;
  if (!dirty.value) return true;
  const [ours, began] = [draft.value, base_truth.value];
  try {
    const read = await http.putTruth(footage_id, ours, base.value, note.value.trim());
    putDraft(localStorage, key(), null);
    if (id.value === footage_id) begin(read);
    return true;
  } catch (problem) {
    if (!(problem instanceof Problem) || !FASTER.has(problem.code)) throw problem;
    const read = await http.truth(footage_id);
    if (id.value !== footage_id) return false;
    answer.value = read;
    overtaken.value = { answer: read, theirs: changesOf(began, read.truth), ours: changesOf(began, ours), together: merged(began, ours, read.truth) };
    return false;
  }
}

/** Our draft goes on from what they said: with theirs in it, or in the place of it. */
function goOn(way: "together" | "ours"): void {
  const now = overtaken.value;
  if (now === null) return;
  base.value = now.answer.version;
  base_truth.value = now.answer.truth;
  if (way === "together") draft.value = now.together.truth;
  if (draft.value.fires.length > 0) nothing.value = false;
  past.value = [];
  overtaken.value = null;
  keep();
}

async function view(version: number): Promise<void> {
  const footage_id = id.value;
  if (footage_id === null) return;
  const read = await http.truth(footage_id, version);
  if (id.value === footage_id && read.truth !== null) viewed.value = { version, truth: read.truth };
}

/** What an old version says becomes the draft; saved, it is a new version. */
function restore(): void {
  const old = viewed.value;
  viewed.value = null;
  if (old === null) return;
  change({ ...old.truth });
  nothing.value = old.truth.fires.length === 0;
}

/** Whoever signs out leaves the draft on the shelf under their name, and nothing on the screen. */
watch(user, (now) => {
  if (now === null) {
    clearTimeout(timer);
    timer = undefined;
    close();
  }
});
watch(note, () => id.value !== null && dirty.value && keepSoon());

export function useFootageTruth() {
  return { id, answer, base, draft, truth, nothing, note, past, dirty, faults, savable, overtaken, viewed, found_again, unkept, open, close, again, change, hold, slide, letGo, undo, sayNothing, discard, save, goOn, view, restore };
}
