/** A flight's section: ground, crowns, ceiling and flight over the distance flown; and where on the map. */

import type { FlightProfile } from "../api/sweeps";
import type { LonLat } from "../api/shared";
import { distance } from "./geodesy";

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Scale {
  x: (distance_m: number) => number;
  y: (height_m: number) => number;
  /** The distance at a place of the drawing, within the flight. */
  at: (x: number) => number;
  low_m: number;
  high_m: number;
  long_m: number;
}

const known = (value: number | null | undefined): value is number => typeof value === "number" && Number.isFinite(value);

/** Axes that hold everything; without ground there is the flight at least. */
export function scaleOf(profile: FlightProfile, frame: Frame): Scale {
  const ground = profile.ground_m.filter(known);
  const ceiling = known(profile.ceiling_m) ? ground.map((it) => it + profile.ceiling_m!) : [];
  const all = [...ground, ...profile.flight_m.filter(known), ...ceiling];
  const low_m = all.length === 0 ? 0 : Math.min(...all);
  const high_m = Math.max(low_m + 1, ...all);
  const long_m = Math.max(1, profile.distance_m.at(-1) ?? 0);
  const spare_m = (high_m - low_m) * 0.06;
  const wide = frame.width - frame.left - frame.right;
  const tall = frame.height - frame.top - frame.bottom;
  const [bottom_m, top_m] = [low_m - spare_m, high_m + spare_m];
  return {
    x: (distance_m) => frame.left + (distance_m / long_m) * wide,
    y: (height_m) => frame.top + ((top_m - height_m) / (top_m - bottom_m)) * tall,
    at: (x) => Math.min(1, Math.max(0, (x - frame.left) / wide)) * long_m,
    low_m: bottom_m,
    high_m: top_m,
    long_m,
  };
}

const step = ([x, y]: [number, number], first: boolean): string => `${first ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;

/** A line; where a height is not known there is a gap. */
export function linePath(distance_m: readonly number[], heights_m: readonly (number | null)[], scale: Scale): string {
  let path = "";
  let begins = true;
  heights_m.forEach((height, index) => {
    if (!known(height)) begins = true;
    else {
      path += step([scale.x(distance_m[index]!), scale.y(height)], begins);
      begins = false;
    }
  });
  return path;
}

/** What lies between two lines, piece by piece where both are known. */
export function bandPath(distance_m: readonly number[], low_m: readonly (number | null)[], high_m: readonly (number | null)[], scale: Scale): string {
  let path = "";
  let piece: number[] = [];
  const close = () => {
    if (piece.length > 1) {
      const upper = piece.map((it, index) => step([scale.x(distance_m[it]!), scale.y(high_m[it]!)], index === 0));
      const lower = piece.toReversed().map((it) => step([scale.x(distance_m[it]!), scale.y(low_m[it]!)], false));
      path += `${upper.join("")}${lower.join("")}Z`;
    }
    piece = [];
  };
  distance_m.forEach((_, index) => {
    if (known(low_m[index]) && known(high_m[index])) piece.push(index);
    else close();
  });
  close();
  return path;
}

/** Number of the sample nearest to a distance; -1 without samples. */
export function nearestSample(distance_m: readonly number[], wanted_m: number): number {
  let [low, high] = [0, distance_m.length - 1];
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (distance_m[middle]! <= wanted_m) low = middle;
    else high = middle;
  }
  return Math.abs(distance_m[low]! - wanted_m) <= Math.abs(distance_m[high]! - wanted_m) ? low : high;
}

/** The place at a share of a way's length, 0 to 1; null without a way. */
export function placeAlong(way: readonly LonLat[], share: number): LonLat | null {
  const [first] = way;
  if (first === undefined) return null;
  const steps = way.slice(1).map((it, index) => distance(way[index]!, it));
  let left_m = Math.min(1, Math.max(0, share)) * steps.reduce((sum, it) => sum + it, 0);
  for (const [index, step_m] of steps.entries()) {
    const [a, b] = [way[index]!, way[index + 1]!];
    if (left_m <= step_m) {
      const part = step_m === 0 ? 0 : left_m / step_m;
      return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
    }
    left_m -= step_m;
  }
  return way.at(-1)!;
}

/** Round numbers between two, about as many as wished. */
export function ticks(low: number, high: number, wished: number): number[] {
  const rough = (high - low) / Math.max(1, wished);
  if (!(rough > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((it) => it * power).find((it) => it >= rough) ?? 10 * power;
  const found: number[] = [];
  for (let index = Math.ceil(low / size); index * size <= high; index += 1) found.push(Number((index * size).toPrecision(12)));
  return found;
}
