/** One shape that is being drawn by hand: corners one after another, then pulled about; with a way back. */

import type { DrawnGeometry } from "../api/landedit";
import type { LonLat } from "../api/shared";
import { cornersOf, drop, insert, middlesOf, move, type Corner, type Path, rounded, shapeOf, type ShapeKind } from "./landShape";

const MOST_STEPS = 200;

export interface Draft {
  kind: ShapeKind;
  corners: readonly LonLat[];
  geometry: DrawnGeometry | null;
  done: boolean;
}

export const begun = (kind: ShapeKind): Draft => ({ kind, corners: [], geometry: null, done: false });
export const drawn = (geometry: DrawnGeometry, kind: ShapeKind): Draft => ({ kind, corners: [], geometry, done: true });

export function withCorner(draft: Draft, at: LonLat): Draft {
  if (draft.done) return draft;
  const corners = [...draft.corners, rounded(at)];
  return { ...draft, corners, geometry: shapeOf(draft.kind, corners), done: draft.kind === "point" };
}

export const finished = (draft: Draft): Draft => (draft.geometry === null ? draft : { ...draft, done: true });

export function cornersNow(draft: Draft | null): Corner[] {
  if (draft === null) return [];
  if (draft.done && draft.geometry !== null) return cornersOf(draft.geometry);
  return draft.corners.map((at, index) => ({ path: [index] as Path, at }));
}

export const middlesNow = (draft: Draft | null): Corner[] => (draft === null || !draft.done || draft.geometry === null ? [] : middlesOf(draft.geometry));

const changed = (draft: Draft, change: (geometry: DrawnGeometry) => DrawnGeometry): Draft =>
  draft.done && draft.geometry !== null ? { ...draft, geometry: change(draft.geometry) } : draft;

export const pulled = (draft: Draft, path: Path, to: LonLat): Draft => changed(draft, (it) => move(it, path, to));
export const inserted = (draft: Draft, path: Path, at: LonLat): Draft => changed(draft, (it) => insert(it, path, at));
export const dropped = (draft: Draft, path: Path): Draft => changed(draft, (it) => drop(it, path));

/** States one after another; the newest last. */
export const remembered = (past: readonly Draft[], draft: Draft): readonly Draft[] => [...past.slice(1 - MOST_STEPS), draft];
