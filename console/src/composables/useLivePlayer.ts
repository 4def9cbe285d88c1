/** One camera's live video in a video element; it comes back by itself, and says why it is not there. */

import { onMounted, onScopeDispose, readonly, ref, shallowRef, watch, type Ref } from "vue";
import { http } from "../api/http";
import { Problem } from "../api/transport";
import { BoxSplitter, type LiveState } from "../lib/liveBoxes";
import { LiveScreen, NoPlayer } from "../lib/liveScreen";

/** `stills`: this camera, or this browser, has no video to show; `why` says so. */
export type LivePhase = "connecting" | "waiting" | "playing" | "stills" | "broken";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;
const SELDOM_MS = 15_000;
const SILENT_MS = 6000;
const HIDDEN_MS = 30_000;
const TICK_MS = 400;
/** Where pictures stand in for video. */
const STILLS = new Set([
  "live_view_stills_only",
  "live_view_codec",
  "live_view_masked",
  "live_view_off",
  "live_no_player",
]);

export function useLivePlayer(camera_id: () => string, video: Ref<HTMLVideoElement | null>) {
  const phase = ref<LivePhase>("connecting");
  const state = ref<LiveState | null>(null);
  const why = shallowRef<Problem | null>(null);
  const behind_s = ref<number | null>(null);
  const made_ms = ref<number | null>(null);
  let connection: AbortController | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiding: ReturnType<typeof setTimeout> | undefined;
  let wait_ms = FIRST_WAIT_MS;

  async function run(): Promise<void> {
    clearTimeout(timer);
    const mine = new AbortController();
    connection = mine;
    let again_ms = wait_ms;
    wait_ms = Math.min(LONGEST_WAIT_MS, wait_ms * 2);
    let problem: Problem | null = null;
    try {
      await play(mine);
    } catch (error) {
      if (error instanceof Problem) problem = error;
      else problem = new Problem({ code: error instanceof NoPlayer ? "live_no_player" : "live_broke" });
    }
    if (connection !== mine) return; // somebody else has begun since, or nobody looks
    why.value = problem;
    behind_s.value = null;
    if (problem !== null) phase.value = STILLS.has(problem.code) ? "stills" : "broken";
    else phase.value = "connecting";
    if (problem?.status === 409 || phase.value === "stills") again_ms = SELDOM_MS;
    timer = setTimeout(() => void run(), again_ms);
  }

  async function play(mine: AbortController): Promise<void> {
    if (typeof MediaSource === "undefined") throw new Problem({ code: "live_no_player" });
    const reader = await http.live(camera_id(), mine.signal);
    if (video.value === null || mine.signal.aborted) return;
    phase.value = "connecting";
    const screen = new LiveScreen(video.value, (shown) => {
      behind_s.value = shown.behind_s;
      made_ms.value = shown.made_ms;
      if (state.value === "playing") phase.value = "playing";
      wait_ms = FIRST_WAIT_MS;
    });
    let heard_ms = performance.now();
    const ticking = setInterval(() => {
      screen.tick();
      if (performance.now() - heard_ms > SILENT_MS) mine.abort();
    }, TICK_MS);
    try {
      const boxes = new BoxSplitter();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        heard_ms = performance.now();
        why.value = null;
        for (const box of boxes.push(value)) {
          if (box.kind !== "free") await screen.take(box);
          else {
            state.value = screen.note(box).state;
            if (state.value !== "playing") phase.value = "waiting";
          }
        }
      }
    } finally {
      clearInterval(ticking);
      screen.close();
      void reader.cancel().catch(() => undefined);
    }
  }

  function stop(): void {
    clearTimeout(timer);
    const before = connection;
    connection = null;
    before?.abort();
  }

  function restart(): void {
    stop();
    wait_ms = FIRST_WAIT_MS;
    phase.value = "connecting";
    state.value = why.value = behind_s.value = made_ms.value = null;
    void run();
  }

  /** A page that nobody sees takes nothing from the line for long. */
  function onVisibility(): void {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(stop, HIDDEN_MS);
    else if (connection === null) restart();
  }

  onMounted(restart);
  watch(camera_id, restart);
  document.addEventListener("visibilitychange", onVisibility);
  onScopeDispose(() => {
    document.removeEventListener("visibilitychange", onVisibility);
    clearTimeout(hiding);
    stop();
  });

  return {
    phase: readonly(phase),
    state: readonly(state),
    why,
    behind_s: readonly(behind_s),
    made_ms: readonly(made_ms),
    restart,
  };
}
