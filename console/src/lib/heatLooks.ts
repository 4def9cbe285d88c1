/** Looks that heat proposes: which wait, what speaks for them, and where they may be. */

import type { HeatLook, LookState, TowerView } from "../api/nodes";
import { ring } from "./nodes";

/** States in which somebody may still decide. */
const UNDECIDED: ReadonlySet<LookState> = new Set(["open", "looking"]);
/** A radius that holds nine of ten of a round normal distribution, in standard deviations. */
const NINETY = Math.sqrt(-2 * Math.log(0.1));
/** Below it a reason says nothing either way. */
const SLIGHT = 0.05;

export const isUndecided = (it: Pick<HeatLook, "state">): boolean => UNDECIDED.has(it.state);

export const LOOK_COLOUR: Record<LookState, string> = {
  open: "#ff8a3d",
  looking: "#5fb8f0",
  fire: "#ff5f87",
  no_fire: "#a7b5b9",
  faded: "#8d9ba0",
};

/** What is left to be decided first, the newest first in each part. */
export function undecidedFirst(looks: readonly HeatLook[]): HeatLook[] {
  return [...looks].sort((a, b) => Number(isUndecided(b)) - Number(isUndecided(a)) || b.look_id - a.look_id);
}

/** Nine times of ten it is within this. */
export const radius90_m = (it: Pick<HeatLook, "sigma_m">): number => it.sigma_m * NINETY;

/** Probability of natural log-odds. */
export const chanceOf = (log_odds: number): number => 1 / (1 + Math.exp(-log_odds));

export interface Weighed {
  code: string;
  log_odds: number;
  speaks: "for" | "against" | "neither";
  /** Length of its bar, 0 to 1 of the weightiest. */
  share: number;
}

/** The reasons, the weightiest first, each with how long its bar is. */
export function weighed(reasons: readonly { code: string; log_odds: number }[]): Weighed[] {
  const most = Math.max(...reasons.map((it) => Math.abs(it.log_odds)), SLIGHT);
  return [...reasons]
    .sort((a, b) => Math.abs(b.log_odds) - Math.abs(a.log_odds))
    .map((it) => ({ ...it, speaks: Math.abs(it.log_odds) < SLIGHT ? "neither" : it.log_odds > 0 ? "for" : "against", share: Math.abs(it.log_odds) / most }));
}

/** Why a tower is of no use by itself; null where the watch can turn it there. */
export function towerLack(it: Pick<TowerView, "is_visible" | "can_turn">): "hidden" | "by_hand" | null {
  if (it.is_visible === false) return "hidden";
  return it.can_turn ? null : "by_hand";
}

/** Places of looks with the rings that hold nine of ten, and the lines of those towers that see them. */
export function lookFeatures(looks: readonly HeatLook[], chosen: HeatLook | null, towers: ReadonlyMap<string, [number, number]>): GeoJSON.FeatureCollection {
  const features: GeoJSON.Feature[] = [];
  for (const it of looks) {
    const properties = { look_id: it.look_id, colour: LOOK_COLOUR[it.state], is_chosen: it.look_id === chosen?.look_id };
    const at: [number, number] = [it.lon_deg, it.lat_deg];
    features.push({ type: "Feature", geometry: { type: "Polygon", coordinates: [ring(at, radius90_m(it))] }, properties });
    features.push({ type: "Feature", geometry: { type: "Point", coordinates: at }, properties });
  }
  if (chosen !== null)
    for (const tower of chosen.towers) {
      const from = towers.get(tower.camera_id);
      if (from === undefined || tower.is_visible === false) continue;
      const line: GeoJSON.Geometry = { type: "LineString", coordinates: [from, [chosen.lon_deg, chosen.lat_deg]] };
      features.push({ type: "Feature", geometry: line, properties: { colour: tower.can_turn ? "#5fb8f0" : "#9fb1b5" } });
    }
  return { type: "FeatureCollection", features };
}
