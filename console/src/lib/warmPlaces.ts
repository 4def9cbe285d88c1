/** Places of a node's view that are warm by nature, as somebody draws them. */

import type { WarmPlace } from "../api/nodes";
import { moved, pulled, spanned, type Point } from "./footageBox";

/** As the server has it, see `models/warm_place.py`. */
export const MOST_PLACES = 8;
export const MOST_SHARE = 0.1;
export const MOST_NOTE = 40;
const LEAST = 0.005;
/** A step of the keys: two pixels of a small sensor. */
export const STEP = 0.0125;

type Sides = readonly [number, number, number, number];
const sidesOf = (place: WarmPlace): Sides => [place.x_min, place.y_min, place.x_max, place.y_max];
const placed = ([x_min, y_min, x_max, y_max]: Sides, note: string): WarmPlace => ({ x_min, y_min, x_max, y_max, note });

export const shareOf = (place: WarmPlace): number => (place.x_max - place.x_min) * (place.y_max - place.y_min);
export const isTooLarge = (place: WarmPlace): boolean => shareOf(place) > MOST_SHARE;

/** The box between two points; null where it is too small to be meant. */
export function drawnPlace(from: Point, to: Point): WarmPlace | null {
  const sides = spanned(from, to);
  return sides === null || sides[2] - sides[0] < LEAST || sides[3] - sides[1] < LEAST ? null : placed(sides, "");
}

export const movedPlace = (place: WarmPlace, dx: number, dy: number): WarmPlace => placed(moved(sidesOf(place), dx, dy), place.note);

/** Its lower right corner put elsewhere; it stays as large as a box has to be. */
export function pulledPlace(place: WarmPlace, dx: number, dy: number): WarmPlace {
  const to: Point = [Math.max(place.x_max + dx, place.x_min + LEAST), Math.max(place.y_max + dy, place.y_min + LEAST)];
  return placed(pulled(sidesOf(place), "se", to), place.note);
}

/** For hands without a pointer: a box of an eighth of the width round the middle, a little beside the one before. */
export function newPlace(count: number): WarmPlace {
  const off = 0.03 * count;
  return placed([0.44 + off, 0.44 + off, 0.56 + off, 0.56 + off], "");
}

/** What keeps the places from being saved, as the key of its words; empty for nothing. */
export function warmTrouble(places: readonly WarmPlace[]): string {
  if (places.length > MOST_PLACES) return "warm_many";
  return places.some(isTooLarge) ? "warm_large" : "";
}
