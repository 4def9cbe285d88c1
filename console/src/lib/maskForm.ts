/** What a person says of a mask besides its corners, as the server's request. */

import type { Mask, MaskKind, MaskShape } from "../api/masks";
import type { Corner } from "./polygon";

export interface MaskWords {
  kind: MaskKind;
  /** From now; 0 for one that stays; null for the end that it has. */
  days: number | null;
  fov_min_deg: number | null;
  fov_max_deg: number | null;
  note: string;
}

const DAY_MS = 86_400_000;
/** A monitor's nuisance is looked at again within a fortnight. */
export const DAYS = { monitor: [1, 3, 7, 14], admin: [0, 1, 7, 14, 30, 90, 365] } as const;

export const newWords = (admin: boolean): MaskWords => ({
  kind: admin ? "privacy" : "nuisance",
  days: admin ? 0 : 7,
  fov_min_deg: null,
  fov_max_deg: null,
  note: "",
});

export const wordsOf = (mask: Mask): MaskWords => ({
  kind: mask.kind,
  days: mask.expires_at === null ? 0 : null,
  fov_min_deg: mask.fov_min_deg,
  fov_max_deg: mask.fov_max_deg,
  note: mask.note,
});

/** Whether the range of zoom has anything in it. */
export const zoomFits = ({ fov_min_deg, fov_max_deg }: MaskWords): boolean =>
  fov_min_deg === null || fov_max_deg === null || fov_min_deg <= fov_max_deg;

export function shapeOf(
  corners: readonly Corner[],
  words: MaskWords,
  before: Mask | null,
  now: Date,
): MaskShape {
  // A minute less than the longest: the server's clock may be behind this one.
  const until = new Date(now.getTime() + (words.days ?? 0) * DAY_MS - 60_000).toISOString();
  return {
    polygon: corners.map(([x, y]) => [x, y]),
    expires_at: words.days === null ? (before?.expires_at ?? null) : words.days === 0 ? null : until,
    fov_min_deg: words.fov_min_deg,
    fov_max_deg: words.fov_max_deg,
    note: words.note.trim(),
  };
}
