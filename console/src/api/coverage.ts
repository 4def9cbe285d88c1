/** Coverage: what towers see, and who looked. */

import { call } from "./transport";

export type CoverageState = "no_terrain" | "no_towers" | "computing" | "ready";
export type InkKey = "ground" | "smoke" | "blind" | "unknown" | "minutes" | "unwatched";
export type Verdict = "nobody_could" | "none_looked" | "watched" | "unknown";
export type Bounds = [number, number, number, number];

/** One class of a picture, and how much land that is. */
export interface Ink {
  key: InkKey;
  colour: string;
  alpha: number;
  /** Metres of smoke, or minutes, up to which the class goes. */
  upto: number | null;
  hectares: number;
  share: number;
}

export interface Coverage {
  state: CoverageState;
  done: number;
  total: number;
  version: string;
  bounds: Bounds | null;
  cell_m: number | null;
  reach_m: number;
  towers: number;
  without_ground: string[];
  seen: Ink[];
}

export interface WatchedLand {
  at: string;
  smoke_m: number;
  version: string;
  bounds: Bounds;
  classes: Ink[];
}

export interface TowerSight {
  camera_id: string;
  name: string;
  range_m: number;
  bearing_deg: number;
  /** Least height at which smoke shows; null where the relief leaves it open. */
  smoke_m: number | null;
  sees: boolean | null;
  presets: { number: number; name: string; smoke_m: number }[];
}

export interface Look {
  camera_id: string;
  name: string;
  preset: number;
  preset_name: string;
  at: string;
}

export interface PlaceSight {
  lon_deg: number;
  lat_deg: number;
  smoke_m: number;
  at: string;
  within_s: number;
  verdict: Verdict;
  ground_m: number | null;
  reach_m: number;
  township: string;
  village: string;
  village_m: number | null;
  towers: TowerSight[];
  watched: Look[];
  last: Look | null;
}

export const coverageCalls = {
  coverage: () => call<Coverage>("GET", "/api/coverage"),
  watchedLand: (smoke_m: number) =>
    call<WatchedLand>("GET", `/api/coverage/watched?smoke=${smoke_m}`),
  placeSight: (lon: number, lat: number, smoke_m: number, at: string | null) => {
    const asked = new URLSearchParams({ lon: `${lon}`, lat: `${lat}`, smoke: `${smoke_m}` });
    if (at !== null) asked.set("at", at);
    return call<PlaceSight>("GET", `/api/coverage/at?${asked}`);
  },
};
