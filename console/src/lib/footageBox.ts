/** A box on a picture, in shares of its width and height: drawn between two points, moved, pulled. */

import type { Sides } from "../api/footage";

export type Point = readonly [number, number];
export const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"] as const;
export type Handle = (typeof HANDLES)[number];

/** Four pixels of a 1080p picture's width: smaller is a slip of the hand. */
export const LEAST_SIDE = 0.002;

const inside = (value: number): number => Math.min(1, Math.max(0, value));
/** Five decimals are a fiftieth of a pixel of a 1080p picture. */
const fine = (value: number): number => Math.round(value * 1e5) / 1e5;

/** The box between two points, within the picture; null where it is too small to be meant. */
export function spanned(a: Point, b: Point): Sides | null {
  const [x1, y1, x2, y2] = [inside(a[0]), inside(a[1]), inside(b[0]), inside(b[1])].map(fine) as [number, number, number, number];
  const sides: Sides = [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
  return sides[2] - sides[0] < LEAST_SIDE || sides[3] - sides[1] < LEAST_SIDE ? null : sides;
}

/** As large as before, and still within the picture. */
export function moved([x1, y1, x2, y2]: Sides, dx: number, dy: number): Sides {
  const right = Math.min(1 - x2, Math.max(-x1, dx));
  const down = Math.min(1 - y2, Math.max(-y1, dy));
  return [fine(x1 + right), fine(y1 + down), fine(x2 + right), fine(y2 + down)];
}

/** One edge or corner put where the pointer is; it stops short of the opposite edge. */
export function pulled([x1, y1, x2, y2]: Sides, handle: Handle, [x, y]: Point): Sides {
  const sides = [x1, y1, x2, y2] as [number, number, number, number];
  if (handle.includes("w")) sides[0] = Math.min(inside(x), x2 - LEAST_SIDE);
  if (handle.includes("e")) sides[2] = Math.max(inside(x), x1 + LEAST_SIDE);
  if (handle.includes("n")) sides[1] = Math.min(inside(y), y2 - LEAST_SIDE);
  if (handle.includes("s")) sides[3] = Math.max(inside(y), y1 + LEAST_SIDE);
  return sides.map((value) => fine(inside(value))) as unknown as Sides;
}

/** Where a handle stands. */
export function handleAt([x1, y1, x2, y2]: Sides, handle: Handle): Point {
  const x = handle.includes("w") ? x1 : handle.includes("e") ? x2 : (x1 + x2) / 2;
  const y = handle.includes("n") ? y1 : handle.includes("s") ? y2 : (y1 + y2) / 2;
  return [x, y];
}

/** A box of a tenth of the picture in its middle, for hands without a pointer. */
export const MIDDLE: Sides = [0.45, 0.45, 0.55, 0.55];
