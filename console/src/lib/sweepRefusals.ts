/** Beside which field a refusal is said, and the numbers in its English sentence that the words of another language need. */

import type { Problem } from "../api/transport";
import type { WishField } from "./sweepForm";

/** By the beginning of the code; the longest that fits counts. */
const FIELDS: Record<string, WishField> = {
  sweep_height: "height",
  sweep_clearance: "height",
  sweep_terrain: "height",
  sweep_swath: "gimbal",
  sweep_gimbal: "gimbal",
  sweep_camera: "camera",
  sweep_plume: "plume",
  sweep_wind: "wind",
  sweep_home: "home",
  sweep_fence: "fence",
  sweep_aircraft: "aircraft",
  sweep_target: "target",
  sweep_all_no_fly: "target",
  sweep_width: "target",
  sweep_look: "target",
  aircraft_: "aircraft",
  height_: "height",
};

const BY_NAME: Record<string, WishField> = {
  height_m: "height", tolerance_m: "more", side_overlap: "overlap", gimbal_pitch_deg: "gimbal", angle_deg: "angle",
  "wind.from_deg": "wind", "wind.speed_ms": "wind", plume_m: "plume", recall: "plume",
  ceiling_m: "more", canopy_m: "more", least_clearance_m: "more",
};

/** Null where it belongs to no single field. */
export function fieldOf({ code, detail }: Pick<Problem, "code" | "detail">): WishField | null {
  if (code === "sweep_range") return BY_NAME[/^([\w.]+) is /.exec(detail)?.[1] ?? ""] ?? null;
  const fits = Object.keys(FIELDS).filter((it) => code.startsWith(it)).sort((a, b) => b.length - a.length);
  return fits[0] === undefined ? null : FIELDS[fits[0]]!;
}

/** The two numbers between which it would be allowed; null where the sentence tells none. */
export function rangeOf({ detail, remedy }: Pick<Problem, "detail" | "remedy">): { least: string; most: string } | null {
  const found = /(?:Choose|Give|Name|from) (-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)/.exec(remedy) ?? /from (-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)/.exec(detail);
  return found === null ? null : { least: found[1]!, most: found[2]! };
}

const UNITS: Partial<Record<WishField, string>> = { height: " m", plume: " m", more: " m", gimbal: "°", angle: "°" };

/** In what those numbers are; empty where the field has numbers of several kinds. */
export function unitOf(problem: Pick<Problem, "code" | "detail">): string {
  const field = fieldOf(problem);
  return field === null || /^recall\b/.test(problem.detail) ? "" : (UNITS[field] ?? "");
}

/** Names of limits in a sentence, as the server writes its fields. */
export const namesIn = (sentence: string, known: readonly string[]): string[] => known.filter((it) => new RegExp(`\\b${it}\\b`).test(sentence));
