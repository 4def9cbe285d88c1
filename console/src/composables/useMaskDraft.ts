/** One mask as it is being drawn: corners, whether they are closed, and the way back. */

import { computed, ref } from "vue";
import { corner, crossings, fault, LEAST_CORNERS, middles, share, type Corner } from "../lib/polygon";

interface State {
  corners: readonly Corner[];
  closed: boolean;
}

const NOTHING: State = { corners: [], closed: false };
const MOST_STEPS = 200;
const NEAR = 0.004;

export function useMaskDraft() {
  const state = ref<State>(NOTHING);
  const past = ref<State[]>([]);
  /** Where the next corner would go by the keyboard. */
  const cursor = ref<Corner>([0.5, 0.5]);
  let held: State | null = null;

  const corners = computed(() => state.value.corners);
  const closed = computed(() => state.value.closed);
  const crossed = computed(() => crossings(corners.value, closed.value));
  const trouble = computed(() => fault(corners.value));
  const size = computed(() => share(corners.value));

  function to(next: State): void {
    past.value = [...past.value.slice(1 - MOST_STEPS), state.value];
    state.value = next;
  }

  function begin(from: readonly Corner[] = []): void {
    state.value = { corners: from, closed: from.length > 0 };
    past.value = [];
    cursor.value = [0.5, 0.5];
  }

  function close(): void {
    if (!closed.value && corners.value.length >= LEAST_CORNERS)
      to({ corners: corners.value, closed: true });
  }

  function add(x: number, y: number): void {
    if (closed.value) return;
    const next = corner(x, y);
    cursor.value = next;
    const last = corners.value.at(-1);
    // The second half of a double click sets no corner of its own.
    if (last !== undefined && Math.hypot(next[0] - last[0], next[1] - last[1]) < NEAR) return;
    to({ corners: [...corners.value, next], closed: false });
  }

  /** Without a way back of its own: a pull is one step, whatever its length; see `hold`. */
  function move(index: number, x: number, y: number): void {
    const moved = corners.value.map((it, place) => (place === index ? corner(x, y) : it));
    state.value = { ...state.value, corners: moved };
  }

  function hold(): void {
    held = state.value;
  }

  function letGo(): void {
    if (held !== null && held !== state.value) past.value = [...past.value.slice(1 - MOST_STEPS), held];
    held = null;
  }

  /** A new corner in the middle of a side; its number. */
  function split(side: number): number {
    const middle = middles(corners.value)[side];
    if (middle === undefined) return side;
    const split_up = [...corners.value];
    split_up.splice(side + 1, 0, middle);
    state.value = { ...state.value, corners: split_up };
    return side + 1;
  }

  function drop(index: number): void {
    if (corners.value.length <= LEAST_CORNERS && closed.value) return;
    to({ ...state.value, corners: corners.value.filter((_, place) => place !== index) });
  }

  function nudge(index: number | null, dx: number, dy: number): void {
    if (index === null) {
      cursor.value = corner(cursor.value[0] + dx, cursor.value[1] + dy);
      return;
    }
    const [x, y] = corners.value[index] ?? [0, 0];
    hold();
    move(index, x + dx, y + dy);
    letGo();
  }

  function undo(): void {
    const before = past.value.at(-1);
    if (before === undefined) return;
    past.value = past.value.slice(0, -1);
    state.value = before;
  }

  return {
    corners, closed, crossed, trouble, size, cursor, past,
    begin, close, add, move, hold, letGo, split, drop, nudge, undo,
  };
}

export type MaskDraft = ReturnType<typeof useMaskDraft>;
