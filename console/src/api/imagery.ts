/** Footage of drones: files that are handed in, what the detector finds in them, and where it lies. */

import { call } from "./transport";

/** A recording of gigabytes on a slow line. */
const FOOTAGE_WAIT_MS = 4 * 3_600_000;

/** `live`: pictures that an aircraft in the air sends; it ends as `scored`. */
export type ImageryState = "queued" | "live" | "scored" | "refused";
/** See `HitGap` of `models/imagery.py`. */
export type LookGap = string;

/** One find in a picture, or in a frame of a video. A place is null where it could not be told. */
export interface ImageryHit {
  hit_id: number;
  /** From the beginning of the video or the live picture; zero of a still. */
  time_s: number;
  category: "smoke" | "flame";
  score: number;
  /** Pixels of the picture as shown upright: x, y, width, height. */
  bbox: [number, number, number, number];
  placed: boolean;
  lon_deg: number | null;
  lat_deg: number | null;
  /** In which nine of ten such places lie. */
  radius_m: number | null;
  region: GeoJSON.Geometry | null;
  observation_id: number | null;
  incident_id: number | null;
  /** Why it has no place, or is no witness of a fire. */
  gaps: LookGap[];
}

export interface ImageryHead {
  imagery_id: number;
  name: string;
  kind: string;
  run_id: number | null;
  /** Of a simulated aircraft, or of an invented fire. */
  is_drill: boolean;
  state: ImageryState;
  /** Of a refusal, or of damage behind the last good picture: its code, and the server's own words. */
  code: string;
  message: string;
  remedy: string;
  taken_at: string | null;
  /** Pictures that were scored. */
  frames: number;
  gaps: LookGap[];
  attitude: string | null;
}

export interface Imagery extends ImageryHead {
  footprint: GeoJSON.Geometry | null;
  hits: ImageryHit[];
}

export interface ImageryPage {
  imagery: ImageryHead[];
  next_before: number | null;
}

export interface ImageryFilter {
  run_id?: number | null;
  incident_id?: number | null;
  before?: number | null;
  limit?: number;
}

/** What a file does not say of itself; null is nothing said. */
export interface ImageryWish {
  run_id: number | null;
  /** Zone of its times where they have none. */
  zone: string | null;
  stated_fov_deg: number | null;
}

function query(asked: object): string {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(asked)) if (value !== null && value !== undefined) words.set(key, String(value));
  return words.toString();
}

export const imageryCalls = {
  imageryList: (filter: ImageryFilter) => call<ImageryPage>("GET", `/api/imagery?${query(filter)}`),
  imagery: (id: number) => call<Imagery>("GET", `/api/imagery/${id}`),
  sendImagery: (file: File, wish: ImageryWish) =>
    call<ImageryHead>("POST", `/api/imagery?${query({ name: file.name.slice(-120), ...wish })}`, new Blob([file]), FOOTAGE_WAIT_MS),
};

/** The picture with its boxes. */
export const hitPicture = (imagery_id: number, hit_id: number): string => `/api/imagery/${imagery_id}/hits/${hit_id}/picture`;
