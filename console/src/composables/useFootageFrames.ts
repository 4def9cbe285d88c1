/** Frames of a recording: which one is looked at, its picture, and the way from one to the next. */

import { computed, onScopeDispose, ref, shallowRef } from "vue";
import type { Frame } from "../api/footage";
import { http } from "../api/http";
import { Problem } from "../api/transport";

const PAGE = 200;
const MOST_PAGES = 30;
const MOST_PICTURES = 24;
const FAST_PX = 1280;
const SHARP_PX = 3840;
/** Between two frames that are played, at least: a picture is fetched and decoded meanwhile. */
const LEAST_PAUSE_MS = 60;
const LONGEST_PAUSE_MS = 500;

export function useFootageFrames(footage_id: number, count: number) {
  const pages = new Map<number, Promise<Frame[]>>();
  const pictures = new Map<string, string>();
  /** The frame that is wanted, and the one whose picture is on the screen. */
  const wanted = ref(0);
  const shown = shallowRef<{ frame: Frame; url: string } | null>(null);
  const problem = shallowRef<unknown>(null);
  const playing = ref(false);
  const sharp = ref(false);
  const loading = computed(() => problem.value === null && shown.value?.frame.number !== wanted.value);
  let asked = 0;
  let ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function pageOf(place: number): Promise<Frame[]> {
    const known = pages.get(place);
    if (known !== undefined) return known;
    const coming = http.framesFrom(footage_id, place * PAGE, PAGE).then((it) => it.frames);
    pages.set(place, coming);
    coming.catch(() => pages.delete(place));
    if (pages.size > MOST_PAGES) pages.delete(pages.keys().next().value!);
    return coming;
  }

  async function frameOf(number: number): Promise<Frame> {
    const frame = (await pageOf(Math.floor(number / PAGE))).find((it) => it.number === number);
    if (frame === undefined) throw new Problem({ code: "no_such_frame" });
    return frame;
  }

  async function pictureOf(number: number, signal: AbortSignal): Promise<string> {
    const width_px = sharp.value ? SHARP_PX : FAST_PX;
    const key = `${number} ${width_px}`;
    const known = pictures.get(key);
    if (known !== undefined) {
      pictures.delete(key); // the last that was looked at goes last
      pictures.set(key, known);
      return known;
    }
    const url = URL.createObjectURL(await http.framePicture(footage_id, number, width_px, signal));
    if (signal.aborted) {
      URL.revokeObjectURL(url);
      throw new Problem({ code: "cancelled" });
    }
    pictures.set(key, url);
    for (const [old, place] of pictures) {
      if (pictures.size <= MOST_PICTURES) break;
      if (place === shown.value?.url) continue;
      URL.revokeObjectURL(place);
      pictures.delete(old);
    }
    return url;
  }

  /** To a frame; what was on its way gives way. Boxes are shown with the picture that they belong to. */
  async function go(number: number): Promise<void> {
    wanted.value = Math.min(count - 1, Math.max(0, Math.round(number)));
    const mine = ++asked;
    const here = wanted.value;
    ending.abort();
    ending = new AbortController();
    const { signal } = ending;
    problem.value = null;
    try {
      const frame = await frameOf(here);
      if (mine !== asked) return;
      const url = await pictureOf(here, signal);
      if (mine !== asked) return;
      shown.value = { frame, url };
      if (here + 1 < count) void pictureOf(here + 1, signal).catch(() => undefined);
    } catch (failure) {
      if (mine !== asked) return;
      problem.value = failure;
      playing.value = false;
    }
  }

  async function goTime(at_s: number): Promise<void> {
    const mine = ++asked;
    try {
      const { frames } = await http.framesAt(footage_id, at_s - 0.0005, 1);
      if (mine === asked) await go(frames[0]?.number ?? count - 1);
    } catch (failure) {
      if (mine === asked) problem.value = failure;
    }
  }

  const step = (by: number): Promise<void> => {
    pause();
    return go(wanted.value + by);
  };

  function pause(): void {
    playing.value = false;
    clearTimeout(timer);
  }

  async function playOn(): Promise<void> {
    const before = shown.value;
    if (!playing.value || wanted.value + 1 >= count) return pause();
    const began = performance.now();
    await go(wanted.value + 1);
    if (!playing.value) return;
    // At the pace of the recording; pictures that lie minutes apart follow each other twice a second.
    const gap_ms = before === null || shown.value === null ? 0 : (shown.value.frame.at_s - before.frame.at_s) * 1000;
    const pause_ms = Math.min(LONGEST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, gap_ms)) - (performance.now() - began);
    timer = setTimeout(() => void playOn(), Math.max(0, pause_ms));
  }

  function play(): void {
    if (playing.value) return pause();
    playing.value = true;
    void (wanted.value + 1 >= count ? go(0).then(playOn) : playOn());
  }

  /** Every pixel that there is, for what is small in the picture. */
  function sharpen(on: boolean): void {
    if (sharp.value === on) return;
    sharp.value = on;
    void go(wanted.value);
  }

  onScopeDispose(() => {
    pause();
    asked += 1;
    ending.abort();
    for (const url of pictures.values()) URL.revokeObjectURL(url);
    pictures.clear();
  });

  return { wanted, shown, problem, loading, playing, go, goTime, step, play, pause, sharpen };
}

export type FootageFrames = ReturnType<typeof useFootageFrames>;
