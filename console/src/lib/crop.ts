/** Which part of a picture is shown: pixels of the upright picture. */

import type { Box, Evidence } from "../api/alerts";

export interface Crop {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The smallest rectangle around all boxes; null when there is none. */
export function around(boxes: readonly Box[]): Crop | null {
  if (boxes.length === 0) return null;
  const x = Math.min(...boxes.map((box) => box.x_min));
  const y = Math.min(...boxes.map((box) => box.y_min));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x_max)) - x,
    height: Math.max(...boxes.map((box) => box.y_max)) - y,
  };
}

/**
 * A view of the wanted aspect (width / height) around a target, inside the picture.
 *
 * `air` is how many times the target's size is shown; `least` is the smallest share of the picture's
 * width, so that a far plume of twenty pixels is not blown up into squares.
 */
export function viewOf(
  frame: Evidence,
  target: Crop | null,
  aspect: number,
  air = 2,
  least = 0.12,
): Crop {
  const full_width = Math.min(frame.width_px, frame.height_px * aspect);
  let width = full_width;
  if (target !== null) {
    const wanted = Math.max(target.width, target.height * aspect) * air;
    width = Math.min(full_width, Math.max(wanted, frame.width_px * least));
  }
  const height = width / aspect;
  const middle_x = target === null ? frame.width_px / 2 : target.x + target.width / 2;
  const middle_y = target === null ? frame.height_px / 2 : target.y + target.height / 2;
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value));
  return {
    x: clamp(middle_x - width / 2, frame.width_px - width),
    y: clamp(middle_y - height / 2, frame.height_px - height),
    width,
    height,
  };
}
