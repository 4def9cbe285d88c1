/** Pictures of heat: their numbers, how these are painted, and what one of them says. */

import type { FrameLevels, ThermalScale } from "../api/nodes";

const MOST = 65_535;

export interface HeatPicture {
  width_px: number;
  height_px: number;
  scale: ThermalScale;
  low: number;
  high: number;
  /** Row by row, 0 for `low`, 65535 for `high`. */
  steps: Uint16Array;
}

/** The numbers of an answer; null where it is damaged. */
export function pictureOf(answer: FrameLevels): HeatPicture | null {
  const { width_px, height_px, scale, low, high, levels_base64 } = answer;
  let text: string;
  try {
    text = atob(levels_base64);
  } catch {
    return null;
  }
  if (text.length !== width_px * height_px * 2 || text.length === 0) return null;
  const steps = new Uint16Array(width_px * height_px);
  for (let index = 0; index < steps.length; index += 1) steps[index] = text.charCodeAt(2 * index) | (text.charCodeAt(2 * index + 1) << 8);
  return { width_px, height_px, scale, low, high, steps };
}

/** The level of a pixel; null beside the picture. */
export function levelAt(picture: HeatPicture, x: number, y: number): number | null {
  if (x < 0 || y < 0 || x >= picture.width_px || y >= picture.height_px) return null;
  const step = picture.steps[Math.floor(y) * picture.width_px + Math.floor(x)]!;
  return picture.low + ((picture.high - picture.low) * step) / MOST;
}

/** The pixel that is hottest; the first of several. */
export function hottestOf(picture: HeatPicture): { x: number; y: number; level: number } {
  let best = 0;
  for (let index = 1; index < picture.steps.length; index += 1) if (picture.steps[index]! > picture.steps[best]!) best = index;
  const [x, y] = [best % picture.width_px, Math.floor(best / picture.width_px)];
  return { x, y, level: levelAt(picture, x, y)! };
}

/** `63.4 °C`; of levels their place between the coldest and the hottest of the frame, `63 %`, never a temperature. */
export function levelWords(picture: Pick<HeatPicture, "scale" | "low" | "high">, level: number): string {
  if (picture.scale === "celsius") return `${level.toFixed(1)} °C`;
  const span = picture.high - picture.low;
  return `${Math.round(span > 0 ? (100 * (level - picture.low)) / span : 0)} %`;
}

/** Glowing iron, as the server paints it too: black, violet, red, orange, yellow, white, each with its place on the scale. */
const IRON: readonly (readonly [at: number, red: number, green: number, blue: number])[] = [
  [0, 0, 0, 0],
  [0.14, 32, 0, 92],
  [0.32, 128, 0, 152],
  [0.5, 214, 40, 96],
  [0.68, 248, 118, 20],
  [0.86, 255, 208, 60],
  [1, 255, 255, 244],
];

/** The colour of a share from coldest to hottest. */
export function ironOf(share: number): [number, number, number] {
  const at = Math.min(1, Math.max(0, share));
  const above = IRON.findIndex((it) => it[0] >= at);
  if (above <= 0) return [IRON[0]![1], IRON[0]![2], IRON[0]![3]];
  const [low, high] = [IRON[above - 1]!, IRON[above]!];
  const part = (at - low[0]) / (high[0] - low[0]);
  return [1, 2, 3].map((one) => Math.round(low[one]! + (high[one]! - low[one]!) * part)) as [number, number, number];
}

/** The same for a style sheet. */
export const IRON_GRADIENT = `linear-gradient(90deg, ${IRON.map(([at, ...rgb]) => `rgb(${rgb.join(" ")}) ${Math.round(at * 100)}%`).join(", ")})`;

const TABLE_SIZE = 1024;

/**
 * The picture in colours, four bytes a pixel. Colours go from `from` to `to` (shares of the frame's span), so that
 * a fire of 400 degrees does not turn the rest of the frame black.
 */
export function painted(picture: HeatPicture, from = 0, to = 1): Uint8ClampedArray<ArrayBuffer> {
  const span = Math.max(to - from, 1e-6);
  const table = Array.from({ length: TABLE_SIZE }, (_, index) => ironOf((index / (TABLE_SIZE - 1) - from) / span));
  const colours = new Uint8ClampedArray(picture.steps.length * 4);
  picture.steps.forEach((step, index) => {
    const colour = table[Math.round((step / MOST) * (TABLE_SIZE - 1))]!;
    colours.set(colour, 4 * index);
    colours[4 * index + 3] = 255;
  });
  return colours;
}

/** The shares between which nearly all of the frame lies: the ground's own contrast, without a few hot or cold pixels. */
export function groundSpan(picture: HeatPicture, low = 0.01, high = 0.99): [from: number, to: number] {
  const sorted = Uint16Array.from(picture.steps).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]! / MOST;
  const [from, to] = [at(low), at(high)];
  return to > from ? [from, to] : [0, 1];
}
