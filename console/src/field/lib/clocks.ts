/** Clocks that run on between answers: the server's numbers, counted on by a timer, no clock set. */

import type { ClockState, FieldClock } from "./wire";

export interface ShownClock {
  state: ClockState;
  /** Seconds since the opening, or until it stopped. */
  elapsed_s: number;
  /** Seconds left; below 0 once it is overdue. */
  left_s: number;
}

/**
 * A clock so many seconds after the server said how it stands. One that is just used up still runs:
 * three minutes are three minutes.
 */
export function shownOf(clock: FieldClock, since_s: number): ShownClock {
  const runs = clock.state === "running" || clock.state === "overdue";
  const elapsed_s = clock.elapsed_s + (runs ? Math.max(0, since_s) : 0);
  const left_s = clock.limit_s - elapsed_s;
  const state = runs ? (left_s >= 0 ? "running" : "overdue") : clock.state;
  return { state, elapsed_s, left_s };
}

/** `1:05`, `12:00`, `1:02:03`: whole seconds, cut off. */
export function spanOf(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/**
 * The moment now by the server's clock, as far as this phone knows it; a phone whose clock is wrong
 * by a day does not tell of tomorrow.
 *
 * `offset_ms` is the server's clock less the phone's, at the last answer; 0 before the first.
 */
export function toldAt(phone_ms: number, offset_ms: number): string {
  return new Date(phone_ms + offset_ms).toISOString();
}
