/** Which tiles of a wall are old, which come first, and whose turn it is to be asked for. */

import type { Camera } from "../api/cameras";
import { byNeed, isShown, needsSomebody } from "./cameraList";

export type WallOrder = "need" | "name";

const LEAST_OLD_S = 10;
const USUAL_S = 10;
const OLD_GAPS = 2.5;
const OVER: ReadonlySet<Camera["state"]> = new Set(["lost", "stale", "ended", "disabled"]);

/** Seconds from which a picture of this camera is old, by its own cadence, as the gateway tells. */
export function oldAfter_s(camera: Camera): number {
  return Math.max(LEAST_OLD_S, OLD_GAPS * (camera.usual_gap_s ?? USUAL_S));
}

/** Whether what a tile shows is no longer the world as it is. */
export function isOld(camera: Camera, age_s: number): boolean {
  return OVER.has(camera.state) || age_s > oldAfter_s(camera);
}

export function tilesOf(
  cameras: readonly Camera[],
  order: WallOrder,
  text: string,
  needing: boolean,
): Camera[] {
  const sorted =
    order === "need"
      ? byNeed(cameras)
      : [...cameras].sort(
          (a, b) => a.name.localeCompare(b.name) || a.camera_id.localeCompare(b.camera_id),
        );
  return sorted.filter((it) => isShown(it, "every", text) && (!needing || needsSomebody(it)));
}

/** At most `most` of those that can be seen, whoever was asked for longest ago first. */
export function turnOf(
  seen: Iterable<string>,
  asked_ms: ReadonlyMap<string, number>,
  most: number,
): string[] {
  const since = (id: string): number => asked_ms.get(id) ?? -Infinity;
  return [...seen].sort((a, b) => since(a) - since(b)).slice(0, most);
}
