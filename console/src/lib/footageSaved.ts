/** A draft of a truth on this computer's own shelf: it outlives a closed room, a closed page and a power cut. */

import type { Truth } from "../api/footage";

export interface SavedDraft {
  /** Version that it goes on from; 0 for none. */
  base: number;
  truth: Truth;
  /** Somebody means it that no fire is named. */
  nothing: boolean;
  note: string;
}

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Drafts are a person's: at a shared desk nobody saves another one's work. */
export const keyOf = (person: string, footage_id: number): string => `firewatch.truth.${person}.${footage_id}`;

const isTime = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isList = (value: unknown, fits: (one: Record<string, unknown>) => boolean): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null && fits(one as Record<string, unknown>));
const isBox = (value: unknown): boolean => Array.isArray(value) && value.length === 4 && value.every(isTime);

/** Whether what lies there is a draft: another version of this page may have written it. */
export function isDraft(found: unknown): found is SavedDraft {
  if (typeof found !== "object" || found === null) return false;
  const { base, truth, nothing, note } = found as Record<string, unknown>;
  if (!isTime(base) || typeof nothing !== "boolean" || typeof note !== "string" || typeof truth !== "object" || truth === null) return false;
  const { fires, boxes, boxed_at_s, ignored } = truth as Record<string, unknown>;
  return (
    isList(fires, (it) => typeof it["name"] === "string") &&
    isList(boxes, (it) => isTime(it["at_s"]) && isBox(it["box"]) && typeof it["fire"] === "string") &&
    Array.isArray(boxed_at_s) &&
    boxed_at_s.every(isTime) &&
    isList(ignored, (it) => isTime(it["from_s"]) && isBox(it["box"]))
  );
}

export function loadDraft(shelf: Shelf, key: string): SavedDraft | null {
  try {
    const found: unknown = JSON.parse(shelf.getItem(key) ?? "null");
    return isDraft(found) ? found : null;
  } catch {
    return null;
  }
}

/** Whether it could be put there: a shelf may be full, or closed to pages. */
export function putDraft(shelf: Shelf, key: string, draft: SavedDraft | null): boolean {
  try {
    if (draft === null) shelf.removeItem(key);
    else shelf.setItem(key, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}
