/** Pictures of played frames: which frame of the library a moment is. */

import { ref, watch } from "vue";
import { http } from "../api/http";
import { replayFiles } from "../api/replays";
import { numberOf, SAME_FRAME_S } from "../lib/replayTimeline";

export type PictureState = "none" | "looking" | "there" | "missing";

const MOST_KNOWN = 2000;
const numbers = new Map<string, number | null>();
/** Looked for one after the other: a page of cards would take every turn of the server at once. */
let last: Promise<unknown> = Promise.resolve();

async function look(footage_id: number, at_s: number): Promise<number | null> {
  const key = `${footage_id} ${at_s}`;
  if (!numbers.has(key)) {
    const found = numberOf(await http.framesAbout(footage_id, at_s, SAME_FRAME_S), at_s);
    if (numbers.size >= MOST_KNOWN) numbers.clear();
    numbers.set(key, found);
  }
  return numbers.get(key) ?? null;
}

/** Address of the picture of a moment, after a short rest: keys that are held down ask for nothing. */
export function useReplayPicture(wanted: () => { footage_id: number | null; at_s: number; width_px: number; is_seen?: boolean }, rest_ms = 120) {
  const url = ref("");
  const state = ref<PictureState>("none");
  let turn = 0;

  async function find(): Promise<void> {
    const mine = (turn += 1);
    const { footage_id, at_s, width_px, is_seen } = wanted();
    if (is_seen === false) return;
    state.value = footage_id === null ? "none" : "looking";
    if (footage_id === null) return;
    await new Promise((done) => window.setTimeout(done, rest_ms));
    if (mine !== turn) return;
    try {
      const asked = last.then(() => (mine === turn ? look(footage_id, at_s) : null));
      last = asked.catch(() => null);
      const number = await asked;
      if (mine !== turn) return;
      url.value = number === null ? "" : replayFiles.frame(footage_id, number, width_px);
      state.value = number === null ? "missing" : "there";
    } catch {
      if (mine === turn) state.value = "missing";
    }
  }

  watch(() => Object.values(wanted()).join("|"), find, { immediate: true });
  return { url, state, broken: () => (state.value = "missing") };
}
