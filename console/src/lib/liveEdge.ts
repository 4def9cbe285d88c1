/** Where a live player should be: shortly before the newest picture, without stumbling. */

export interface Edge {
  /** Where to jump to; null to stay. */
  seek_s: number | null;
  /** How fast to play. */
  rate: number;
}

/** So far behind the newest picture it plays; more after it has run dry. */
export const LEAST_BEHIND_S = 0.35;
export const MOST_BEHIND_S = 1.2;

const JUMP_S = 1.5;
const LATE_S = 0.25;

/**
 * `begin_s` and `end_s` are of the last piece of video that is there without a gap: what lies
 * before a gap is of a connection that is over.
 */
export function edgeOf(begin_s: number, end_s: number, now_s: number, behind_s: number): Edge {
  const target_s = Math.max(begin_s, end_s - behind_s);
  const late_s = target_s - now_s;
  if (now_s < begin_s || now_s > end_s + JUMP_S || late_s > JUMP_S) return { seek_s: target_s, rate: 1 };
  return { seek_s: null, rate: late_s > LATE_S ? 1.12 : 1 };
}
