/** The form of an observation: what somebody says, before the server makes a witness of it. */

import type { ObservationRequest, ObservationSource, Sighting, Spot } from "../api/crossings";
import type { Layer } from "../api/land";
import type { LonLat } from "../api/shared";
import type { STATED_SYSTEMS } from "./coordinates";

export const SOURCES: readonly ObservationSource[] = ["call", "fire_96119", "hotline_12345", "yu_kuai_ban", "grid_platform", "patrol", "pilot", "other"];
export const WINDS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"] as const;
/** Named things that are a place; a road is a line. */
export const NAMED: readonly Layer[] = ["village", "checkpoint", "township", "water_point", "helipad", "hydrant"];

export interface ObservationForm {
  source: ObservationSource;
  minutes_ago: number | null;
  kind: "place" | "direction";
  where: "map" | "coordinates" | "named";
  picked: LonLat | null;
  system: (typeof STATED_SYSTEMS)[number];
  first: number | null;
  second: number | null;
  /** `layer code`, or `camera key`. */
  named: string | null;
  radius_m: number | null;
  direction: "word" | "degrees";
  word: (typeof WINDS)[number];
  bearing_deg: number | null;
  north: "true" | "magnetic" | null;
  sigma_deg: number | null;
  words: string;
  /** Who tells it and how to call them back. */
  caller: string;
}

export function emptyForm(): ObservationForm {
  return {
    source: "call",
    minutes_ago: 0,
    kind: "place",
    where: "map",
    picked: null,
    system: "WGS84",
    first: null,
    second: null,
    named: null,
    radius_m: 500,
    direction: "word",
    word: "N",
    bearing_deg: null,
    north: null,
    sigma_deg: null,
    words: "",
    caller: "",
  };
}

export function spotOf(form: ObservationForm): Spot | null {
  if (form.where === "map")
    return form.picked === null
      ? null
      : { kind: "coordinates", system: "WGS84", first: form.picked[0], second: form.picked[1] };
  if (form.where === "coordinates")
    return form.first === null || form.second === null
      ? null
      : { kind: "coordinates", system: form.system, first: form.first, second: form.second };
  if (form.named === null) return null;
  const [layer, code] = [form.named.slice(0, form.named.indexOf(" ")), form.named.slice(form.named.indexOf(" ") + 1)];
  return layer === "camera" ? { kind: "camera", camera_id: code } : { kind: "named", layer: layer as Layer, code };
}

function sightingOf(form: ObservationForm): Sighting | null {
  const spot = spotOf(form);
  if (spot === null) return null;
  if (form.kind === "place")
    return form.radius_m === null ? null : { kind: "place", spot, radius_m: form.radius_m };
  const sigma = form.sigma_deg === null ? {} : { sigma_deg: form.sigma_deg };
  if (form.direction === "word") return { kind: "direction", spot, word: form.word, ...sigma };
  if (form.bearing_deg === null || form.north === null) return null;
  return { kind: "direction", spot, bearing_deg: form.bearing_deg, north: form.north, ...sigma };
}

/** What is sent; null while something is missing. */
export function requestOf(form: ObservationForm, key: string, now: Date): ObservationRequest | null {
  const sighting = sightingOf(form);
  if (sighting === null || form.minutes_ago === null) return null;
  const seen_at = new Date(now.getTime() - form.minutes_ago * 60_000).toISOString();
  return { key, source: form.source, sighting, seen_at, words: form.words, caller: form.caller };
}
