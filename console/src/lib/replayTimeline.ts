/** A recording over time: where things lie on its line, and what each column of it shows. */

import type { PlayedFrame } from "../api/replays";
import type { RecordingRow } from "./replayRecordings";

/** However long a recording is, its drawing has so many columns. */
export const COLUMNS = 240;
/** A frame stands for no longer than so many of the usual gaps: where none was taken, nothing is drawn. */
const USUAL_GAPS = 2;
/** The evidence of a large fire is hundreds of times what alerts: what counts is drawn, the rest at the upper edge. */
const MOST_THRESHOLDS = 4;

export interface Columns {
  count: number;
  /** Best scores in each. */
  smoke: number[];
  flame: number[];
  /** Most evidence in each; null where no track was seen. */
  log_odds: (number | null)[];
  /** Whether a frame in it was not looked at. */
  refused: boolean[];
}

/** Where a moment lies, 0 to 1; what lies beyond is put at the end. */
export function shareOf(row: Pick<RecordingRow, "from_s" | "until_s">, at_s: number): number {
  const span_s = row.until_s - row.from_s;
  return span_s <= 0 ? 0 : Math.min(1, Math.max(0, (at_s - row.from_s) / span_s));
}

/** What was seen in each column, of the frames that stand for it: each until the next one. */
export function columnsOf(row: RecordingRow): Columns {
  const filled = <T>(value: T): T[] => new Array<T>(COLUMNS).fill(value);
  const columns: Columns = { count: COLUMNS, smoke: filled(0), flame: filled(0), log_odds: filled<number | null>(null), refused: filled(false) };
  const longest_s = USUAL_GAPS * usualGap(row.frames);
  row.frames.forEach((frame, index) => {
    const until_s = Math.min(row.frames[index + 1]?.at_s ?? row.until_s, frame.at_s + longest_s);
    const first = Math.min(COLUMNS - 1, Math.floor(shareOf(row, frame.at_s) * COLUMNS));
    const last = Math.max(first, Math.ceil(shareOf(row, until_s) * COLUMNS) - 1);
    for (let at = first; at <= last; at += 1) {
      if (frame.refused !== "") columns.refused[at] = true;
      columns.smoke[at] = Math.max(columns.smoke[at]!, frame.smoke);
      columns.flame[at] = Math.max(columns.flame[at]!, frame.flame);
      if (frame.log_odds !== null) columns.log_odds[at] = Math.max(columns.log_odds[at] ?? frame.log_odds, frame.log_odds);
    }
  });
  return columns;
}

function usualGap(frames: readonly PlayedFrame[]): number {
  const gaps = frames.slice(1).map((it, index) => it.at_s - frames[index]!.at_s).sort((one, other) => one - other);
  return gaps[gaps.length >> 1] ?? 0;
}

/** Upright bars from the lower edge of a field 100 high, as a path; nothing for 0, one bar for equal neighbours. */
export function barsOf(values: readonly number[]): string {
  let path = "";
  for (let from = 0; from < values.length; ) {
    let until = from + 1;
    while (until < values.length && values[until] === values[from]) until += 1;
    const high = 100 * Math.min(1, values[from]!);
    if (high >= 1) path += `M${from} 100v-${high.toFixed(0)}h${until - from}V100z`;
    from = until;
  }
  return path;
}

/** Evidence as a line in a field 100 high: 0 and below at its lower edge; broken where no track was seen. */
export function evidenceLine(values: readonly (number | null)[], most: number): string {
  let path = "";
  let is_open = false;
  values.forEach((value, index) => {
    if (value === null) {
      is_open = false;
      return;
    }
    const up = (100 - 100 * Math.min(1, Math.max(0, value / most))).toFixed(1);
    // A column is as wide as its frame lasts, so that one alone is seen too.
    path += `${is_open ? "L" : "M"}${index} ${up}L${index + 1} ${up}`;
    is_open = true;
  });
  return path;
}

/** What the evidence is drawn up to: the most there was, between one and a half and four times the threshold. */
export function mostEvidence(columns: Columns, threshold: number | null): number {
  const most = columns.log_odds.reduce<number>((best, it) => (it === null ? best : Math.max(best, it)), 1);
  return threshold === null || threshold <= 0 ? most : Math.min(MOST_THRESHOLDS * threshold, Math.max(most, 1.5 * threshold));
}

/** The frame that is nearest to a moment; -1 without any. */
export function frameAt(frames: readonly PlayedFrame[], at_s: number): number {
  let [low, high] = [0, frames.length - 1];
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (frames[middle]!.at_s <= at_s) low = middle;
    else high = middle;
  }
  return Math.abs(frames[high]!.at_s - at_s) < Math.abs(at_s - frames[low]!.at_s) ? high : low;
}

/** Where a key leads from a frame; null for a key that leads nowhere. */
export function stepped(key: string, shift: boolean, from: number, count: number): number | null {
  const far = shift ? 10 : 1;
  const to = { ArrowLeft: from - far, ArrowRight: from + far, PageUp: from - 10, PageDown: from + 10, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to));
}

/** Frames are found in the library by their time: rounded to a millionth here, and not there. */
export const SAME_FRAME_S = 0.051;

/** The number of the frame that is nearest to a moment, within a twentieth of a second. */
export function numberOf(frames: readonly { number: number; at_s: number }[], at_s: number): number | null {
  let best: { number: number; off_s: number } | null = null;
  for (const it of frames) {
    const off_s = Math.abs(it.at_s - at_s);
    if (off_s <= SAME_FRAME_S && (best === null || off_s < best.off_s)) best = { number: it.number, off_s };
  }
  return best === null ? null : best.number;
}
