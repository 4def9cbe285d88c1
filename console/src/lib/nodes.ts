/** How nodes fare: the gravest of their troubles, their order, and what of them stands on the map. */

import { type HeatNode, NODE_TROUBLES, type NodeTrouble } from "../api/nodes";
import type { LonLat } from "../api/shared";
import { destination, sector } from "./geodesy";

/** Tones in which a node stands on the map and in the list; a glyph and a word say it too. */
export type NodeTone = "good" | "caution" | "trouble" | "unheard" | "retired";

export const NODE_COLOUR: Record<NodeTone, string> = {
  good: "#35c6a0",
  caution: "#f2cb4e",
  trouble: "#ff7a6b",
  unheard: "#9fb1b5",
  retired: "#5d6b71",
};

/** Shapes on a 16 px grid: the tone is told by its outline too. */
export const NODE_SHAPE: Record<NodeTone, { path: string; hollow?: boolean }> = {
  good: { path: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11z" },
  caution: { path: "M8 1.800 14.800 13.800H1.200z" },
  trouble: { path: "M8 1.200 14.800 8 8 14.800 1.200 8z" },
  unheard: { path: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11z", hollow: true },
  retired: { path: "M3 3h10v10H3z", hollow: true },
};

/** With these nobody can rely on what it sees, or on whether it sees at all. */
const GRAVE: ReadonlySet<NodeTrouble> = new Set(["moved", "forged", "silent"]);

const gravity = (it: NodeTrouble): number => NODE_TROUBLES.indexOf(it);

/** The gravest trouble; null for none. */
export function worstOf(node: Pick<HeatNode, "standing">): NodeTrouble | null {
  return [...node.standing.troubles].sort((a, b) => gravity(a) - gravity(b))[0] ?? null;
}

export const toneOfTrouble = (it: NodeTrouble): NodeTone => (GRAVE.has(it) ? "trouble" : "caution");

export function toneOf(node: Pick<HeatNode, "standing" | "is_retired">): NodeTone {
  if (node.is_retired) return "retired";
  const worst = worstOf(node);
  if (worst !== null) return toneOfTrouble(worst);
  return node.standing.last_received_at === null ? "unheard" : "good";
}

/** The gravest first, then by name; those out of service last. */
export function byGravity(nodes: readonly HeatNode[]): HeatNode[] {
  const rank = (it: HeatNode): number => {
    if (it.is_retired) return NODE_TROUBLES.length + 2;
    const worst = worstOf(it);
    if (worst !== null) return gravity(worst);
    return NODE_TROUBLES.length + (it.standing.last_received_at === null ? 0 : 1);
  };
  return [...nodes].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, "zh", { numeric: true }) || a.node_id.localeCompare(b.node_id));
}

/** What a list shows: everything, those with any trouble, those with one kind of it, those out of service. */
export type NodeFilter = "" | "any" | "retired" | NodeTrouble;

export function filtered(nodes: readonly HeatNode[], filter: NodeFilter, text: string): HeatNode[] {
  const wanted = text.trim().toLowerCase();
  return nodes.filter((it) => {
    if (it.is_retired !== (filter === "retired")) return false;
    if (filter === "any" && it.standing.troubles.length === 0) return false;
    if (filter !== "" && filter !== "any" && filter !== "retired" && !it.standing.troubles.includes(filter)) return false;
    return wanted === "" || it.node_id.includes(wanted) || it.name.toLowerCase().includes(wanted);
  });
}

/** How many nodes in service have each trouble; those that none has are not there. */
export function troubleCounts(nodes: readonly HeatNode[]): Partial<Record<NodeTrouble, number>> {
  const found: Partial<Record<NodeTrouble, number>> = {};
  for (const node of nodes) if (!node.is_retired) for (const it of node.standing.troubles) found[it] = (found[it] ?? 0) + 1;
  return found;
}

/** Pushes that were refused, all reasons together. */
export const refusedOf = (node: Pick<HeatNode, "standing">): number => Object.values(node.standing.refused).reduce((sum, it) => sum + it, 0);

/** A length of time in one unit: `42 s`, `3 min`, `2.5 h`, `1.8 d`. */
export function spanOf(span_s: number): string {
  if (span_s < 99.5) return `${Math.round(span_s)} s`;
  if (span_s < 5370) return `${Math.round(span_s / 60)} min`;
  if (span_s < 129_600) return `${(span_s / 3600).toFixed(1)} h`;
  return `${(span_s / 86_400).toFixed(1)} d`;
}

/** By how much a clock is wrong: `+42 s`, `−3 min`. */
export const clockError = (error_s: number): string => `${error_s < 0 ? "−" : "+"}${spanOf(Math.abs(error_s))}`;

/** Seconds between a frame and its receipt from which on it came late: a radio's tries are no backlog. */
const LATE_S = 300;

/** How late a frame came, seconds; null for one that came when it was taken. */
export function lateOf(frame: { captured_at: string; received_at: string }): number | null {
  const late_s = (Date.parse(frame.received_at) - Date.parse(frame.captured_at)) / 1000;
  return late_s >= LATE_S ? late_s : null;
}

export const nodePoint = (it: Pick<HeatNode, "lon_deg" | "lat_deg">): LonLat => [it.lon_deg, it.lat_deg];

/** Closed ring at a distance around a place. */
export function ring(centre: LonLat, radius_m: number): LonLat[] {
  const around = Array.from({ length: 48 }, (_, step) => destination(centre, step * 7.5, radius_m));
  return [...around, around[0]!];
}

/** Each node as a point, with the sector that it sees where that is known; those out of service are not drawn. */
export function nodeFeatures(nodes: readonly HeatNode[]): GeoJSON.FeatureCollection {
  const features = nodes
    .filter((it) => !it.is_retired)
    .flatMap((it): GeoJSON.Feature[] => {
      const tone = toneOf(it);
      const properties = { node_id: it.node_id, tone, colour: NODE_COLOUR[tone], is_drill: it.is_drill };
      const at = nodePoint(it);
      const point: GeoJSON.Feature = { type: "Feature", geometry: { type: "Point", coordinates: at }, properties };
      if (it.azimuth_deg === null || it.horizontal_fov_deg === null) return [point];
      const seen = sector(at, it.azimuth_deg, it.horizontal_fov_deg, it.reach_m);
      return [{ type: "Feature", geometry: { type: "Polygon", coordinates: [seen] }, properties }, point];
    });
  return { type: "FeatureCollection", features };
}
