/** Footage of drones: in which order it is sent, what it lacks, and what of it is drawn. */

import type { Imagery, ImageryHead, ImageryHit, ImageryState, LookGap } from "../api/imagery";
import type { LonLat } from "../api/shared";
import { destination, vertices } from "./geodesy";
import type { IconName } from "./icons";

/** What a drone's card holds; the server looks at the content and not at the name. */
export const ENDINGS = ".jpg,.jpeg,.mp4,.mov,.ts,.m2ts,.mkv,.srt";

/** Glyph and class of each state; the word stands beside them. */
export const IMAGERY_GLYPH: Record<ImageryState, IconName> = { queued: "clock", live: "live", scored: "check", refused: "caution" };
export const IMAGERY_CLASS: Record<ImageryState, string> = { queued: "quiet", live: "said-good", scored: "said-good", refused: "said-bad" };

/** Of each kind; one that this page does not know is a picture. */
export const kindGlyph = (kind: string): IconName => (kind === "video" ? "play" : kind === "live" ? "live" : kind === "subtitles" ? "note" : "picture");

const RING_STEPS = 48;

const ending = (name: string): string => name.slice(name.lastIndexOf(".") + 1).toLowerCase();
const base = (name: string): string => (name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name).toLowerCase();

/**
 * By name, subtitles right before their video: a video that is looked at at once has its attitude
 * from the first frame on. The same name twice stays twice.
 */
export function uploadOrder<T extends { name: string }>(files: readonly T[]): T[] {
  const last = (it: T): number => Number(ending(it.name) !== "srt");
  return [...files].sort((a, b) => base(a.name).localeCompare(base(b.name)) || last(a) - last(b) || a.name.localeCompare(b.name));
}

/**
 * What is missing, each once. A find tells its own; where it has no place and tells nothing, what its
 * file lacks is why. A find with a place may lack what would make it a witness of a fire.
 */
export function gapsOf(footage: Pick<ImageryHead, "gaps">, hit: Pick<ImageryHit, "gaps" | "placed"> | null = null): LookGap[] {
  const told = hit === null || (!hit.placed && hit.gaps.length === 0) ? footage.gaps : hit.gaps;
  return [...new Set(told)];
}

/** What is likeliest to be a fire comes first; in a video the earlier of two alike. */
export function likeliest(hits: readonly ImageryHit[]): ImageryHit[] {
  return [...hits].sort((a, b) => b.score - a.score || a.time_s - b.time_s || a.hit_id - b.hit_id);
}

export const placedOf = (hit: ImageryHit): LonLat | null => (hit.placed && hit.lon_deg !== null && hit.lat_deg !== null ? [hit.lon_deg, hit.lat_deg] : null);

/** When a live picture was taken, as its watch saw it; null of all others, and where its beginning is not known. */
export function takenLive(footage: Pick<ImageryHead, "kind" | "taken_at">, hit: Pick<ImageryHit, "time_s">): string | null {
  if (footage.kind !== "live" || footage.taken_at === null) return null;
  return new Date(Date.parse(footage.taken_at) + hit.time_s * 1000).toISOString();
}

/** `0:07.0`: moment of a video; a still has none. */
export function momentIn(footage: Pick<ImageryHead, "kind">, hit: Pick<ImageryHit, "time_s">): string {
  if (footage.kind !== "video") return "";
  const tenths = Math.round(hit.time_s * 10);
  const seconds = (tenths % 600) / 10;
  return `${Math.floor(tenths / 600)}:${seconds.toFixed(1).padStart(4, "0")}`;
}

/** Closed ring round a place. */
export function circle(at: LonLat, radius_m: number): LonLat[] {
  const ring = Array.from({ length: RING_STEPS }, (_, step) => destination(at, (step * 360) / RING_STEPS, radius_m));
  return [...ring, ring[0]!];
}

/** The ground that the picture shows, and of each placed find its region; without one a circle of its radius. */
export function imageryFeatures(footage: Imagery, chosen: number | null): GeoJSON.Feature[] {
  const drawn: GeoJSON.Feature[] = [];
  const add = (role: string, geometry: GeoJSON.Geometry, hit_id: number | null = null) =>
    drawn.push({ type: "Feature", properties: { role, hit_id, chosen: hit_id !== null && hit_id === chosen }, geometry });
  if (footage.footprint !== null) add("footprint", footage.footprint);
  for (const hit of footage.hits) {
    const at = placedOf(hit);
    if (at === null) continue;
    if (hit.region !== null) add("region", hit.region, hit.hit_id);
    else if (hit.radius_m !== null && hit.radius_m > 0) add("region", { type: "Polygon", coordinates: [circle(at, hit.radius_m)] }, hit.hit_id);
    add("hit", { type: "Point", coordinates: at }, hit.hit_id);
  }
  return drawn;
}

/** Every vertex that should be in view; of one find its region alone. */
export function extentOf(footage: Imagery, chosen: number | null): LonLat[] {
  const all = imageryFeatures(footage, chosen);
  const own = all.filter(({ properties }) => properties?.["chosen"] === true);
  return (own.length > 0 ? own : all).flatMap(({ geometry }) => vertices(geometry));
}

/** Whether anything of these is still to be looked at, or goes on. */
export const waits = (list: readonly Pick<ImageryHead, "state">[]): boolean => list.some((it) => it.state === "queued" || it.state === "live");
