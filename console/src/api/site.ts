/** The installation: its name, time and ground, how it fares, and what its live feed tells. */

import type { TerrainReference } from "./shared";
import { call } from "./transport";

export interface Terrain extends TerrainReference {
  min_zoom: number;
  max_zoom: number;
  tiles: string;
}

export interface Site {
  name: string;
  version: string;
  time_zone: string;
  datum: string;
  drill: boolean;
  bounds: [number, number, number, number];
  terrain: Terrain | null;
  model: { name: string; version: string; provider: string };
  replay_rate: number | null;
  now: string;
}

/** How the server's recorder fares; of `/api/health`. */
export interface RecorderFacts {
  state: "off" | "starting" | "on" | "full" | "failing";
}

export interface FeedEvent {
  sequence: number;
  kind: string;
  subject_id: number;
  at: string;
}

export const siteCalls = {
  site: () => call<Site>("GET", "/api/site"),
  health: () => call<{ recorder: RecorderFacts | null }>("GET", "/api/health"),
};
