/** The order and the filters of a long list of cameras. */

import type { Camera, CameraState } from "../api/cameras";
import { CAMERA_TROUBLE } from "./states";

/** A state, or all cameras, or those that need somebody. */
export type Filter = "every" | "needs" | CameraState;

/** What needs somebody most stands first. */
const STATES: readonly CameraState[] = [
  "lost",
  "stale",
  "degraded",
  "connecting",
  "live",
  "ended",
  "disabled",
];

export function needsSomebody(camera: Camera): boolean {
  if (CAMERA_TROUBLE.has(camera.state) || camera.conditions.length > 0) return true;
  return camera.hanging > 0 || camera.poses.length > 0;
}

/** Whoever needs somebody first, by state and then by key, so that a row stays where it is. */
export function byNeed(cameras: readonly Camera[]): Camera[] {
  const rank = (it: Camera): number => (needsSomebody(it) ? 0 : 10) + STATES.indexOf(it.state);
  return [...cameras].sort(
    (a, b) => rank(a) - rank(b) || a.camera_id.localeCompare(b.camera_id),
  );
}

/** How many there are of each, without those that nobody is; all of them first. */
export function countsOf(cameras: readonly Camera[]): { filter: Filter; count: number }[] {
  const count = (it: Filter): number => cameras.filter((camera) => isShown(camera, it, "")).length;
  const found = (["needs", ...STATES] as const).map((filter) => ({ filter, count: count(filter) }));
  return [{ filter: "every", count: cameras.length }, ...found.filter((it) => it.count > 0)];
}

export function isShown(camera: Camera, filter: Filter, wanted: string): boolean {
  if (filter === "needs" && !needsSomebody(camera)) return false;
  if (filter !== "needs" && filter !== "every" && camera.state !== filter) return false;
  const text = wanted.trim().toLowerCase();
  return camera.name.toLowerCase().includes(text) || camera.camera_id.includes(text);
}
