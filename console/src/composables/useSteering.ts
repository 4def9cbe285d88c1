/** Steering one camera: it turns while a key or button is held, and stops by itself when none is. */

import { computed, onBeforeUnmount, ref, type Ref } from "vue";
import { http } from "../api/http";
import type { PatrolStatus } from "../api/patrols";
import { useSession } from "./useSession";
import { useWords } from "./useWords";

/** The server stops a camera two seconds after the last call. */
const REPEAT_MS = 800;
const RENEW_BELOW_MS = 60_000;

export type Move = readonly [pan: number, tilt: number, zoom: number];

export function useSteering(
  camera_id: () => string,
  status: Ref<PatrolStatus | undefined>,
  refresh: () => Promise<void>,
) {
  const { user } = useSession();
  const { now, problemWords } = useWords();
  const error = ref("");
  const minutes = ref(5);
  const held = ref<Move | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const mine = computed(() => status.value !== undefined && status.value.holder !== "" && status.value.holder === user.value?.name);
  const left_s = computed(() => {
    const until = status.value?.until_at;
    return until ? Math.max(0, (new Date(until).getTime() - now.value.getTime()) / 1000) : 0;
  });

  async function during(work: () => Promise<unknown>): Promise<void> {
    error.value = "";
    try {
      await work();
    } catch (problem) {
      error.value = problemWords(problem);
      release();
    }
  }

  const take = (): Promise<void> =>
    during(async () => {
      await http.takeOver(camera_id(), minutes.value);
      await refresh();
    });

  const giveBack = (): Promise<void> =>
    during(async () => {
      release();
      await http.giveBack(camera_id());
      await refresh();
    });

  const goTo = (preset: number): Promise<void> => during(() => http.goTo(camera_id(), preset));

  /** Whoever steers needs no second click to go on; whoever left loses the camera by time. */
  async function renew(): Promise<void> {
    if (left_s.value * 1000 < RENEW_BELOW_MS) await http.takeOver(camera_id(), minutes.value);
  }

  async function repeat(): Promise<void> {
    const move = held.value;
    if (move === null) return;
    await during(async () => {
      await http.steer(camera_id(), ...move);
      await renew();
    });
    if (held.value !== null) timer = setTimeout(() => void repeat(), REPEAT_MS);
  }

  function hold(move: Move): void {
    if (held.value !== null && held.value.every((it, index) => it === move[index])) return;
    clearTimeout(timer);
    held.value = move;
    void repeat();
  }

  function release(): void {
    clearTimeout(timer);
    if (held.value === null) return;
    held.value = null;
    http.steer(camera_id(), 0, 0, 0).catch(() => undefined); // it stops by itself as well
  }

  onBeforeUnmount(release);
  return { mine, left_s, minutes, error, held, take, giveBack, goTo, hold, release };
}
