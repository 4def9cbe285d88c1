/** What lies in a played frame, all in shares of the picture. */

import type { Edges, ReplayLabel } from "../api/replays";
import type { RecordingRow } from "./replayRecordings";

export interface FrameBox extends Edges {
  /** `ignored` is a region that nobody is judged by. */
  kind: "alert" | "truth" | "found" | "ignored";
  label: ReplayLabel;
}

/** Weaker ones are noise to the eye, and there may be hundreds. */
const LEAST_SCORE = 0.2;
const MOST_FOUND = 12;
/** A boxed frame is the one at its time, as the figures have it. */
const SAME_TIME_S = 0.05;
/** Around a box, in sizes of it; and the least part of the picture that is shown. */
const AIR = 2.6;
const LEAST_SIDE = 0.12;

/** Pixels as shares; null where nobody knows how large the picture is. */
export function asShares(box: Edges, [width, height]: readonly [number, number]): Edges | null {
  if (width <= 0 || height <= 0) return null;
  return { x_min: box.x_min / width, y_min: box.y_min / height, x_max: box.x_max / width, y_max: box.y_max / height };
}

/** Boxes of a frame: what is ignored below, then what the detector saw, what people drew, and alerts on top. */
export function boxesOf(row: RecordingRow, index: number): FrameBox[] {
  const frame = row.frames[index];
  if (frame === undefined) return [];
  const px = (kind: FrameBox["kind"], label: ReplayLabel, box: Edges): FrameBox[] => {
    const shares = asShares(box, row.size_px);
    return shares === null ? [] : [{ kind, label, ...shares }];
  };
  const ignored = row.ignored.filter(({ span }) => span.from_s <= frame.at_s && (span.until_s === null || frame.at_s < span.until_s));
  const alerts = row.alerts.filter((it) => it.frame === index);
  return [
    ...ignored.map((it): FrameBox => ({ kind: "ignored", label: "smoke", ...edges(it) })),
    ...frame.found.filter((it) => it.score >= LEAST_SCORE).slice(0, MOST_FOUND).flatMap((it) => px("found", it.label, it)),
    ...row.boxes.filter((it) => Math.abs(it.at_s - frame.at_s) <= SAME_TIME_S).map((it): FrameBox => ({ kind: "truth", label: it.label, ...edges(it) })),
    ...alerts.flatMap((it) => px("alert", it.label, it.box)),
  ];
}

const edges = ({ x_min, y_min, x_max, y_max }: Edges): Edges => ({ x_min, y_min, x_max, y_max });

/** The part around alerts and what people drew, else around what the detector saw; null for none. */
export function cropOf(boxes: readonly FrameBox[]): { x: number; y: number; side: number } | null {
  const sure = boxes.filter((it) => it.kind === "alert" || it.kind === "truth");
  const around = sure.length > 0 ? sure : boxes.filter((it) => it.kind === "found");
  if (around.length === 0) return null;
  const [left, upper] = [Math.min(...around.map((it) => it.x_min)), Math.min(...around.map((it) => it.y_min))];
  const [right, lower] = [Math.max(...around.map((it) => it.x_max)), Math.max(...around.map((it) => it.y_max))];
  const side = Math.min(1, Math.max(LEAST_SIDE, AIR * Math.max(right - left, lower - upper)));
  const inside = (middle: number): number => Math.max(0, Math.min(1 - side, middle - side / 2));
  return { x: inside((left + right) / 2), y: inside((upper + lower) / 2), side };
}
