/** How findings of the network are drawn, told apart and put in order. */

import type { Layer } from "../api/land";
import { type Finding, FINDING_KINDS, type FindingKind } from "../api/network";

/** How a kind is drawn; the same colour for what is mended with the same means. */
export function findingColour(kind: FindingKind): string {
  if (kind === "stand_no_belt" || kind.startsWith("belt_")) return "#ff9d5c";
  if (kind === "stand_no_air_water") return "#57b4ff";
  if (kind === "stand_no_road_water" || kind.startsWith("pipe_") || kind === "hydrant_no_pipe") return "#35d0d0";
  if (kind === "stand_unseen") return "#d08cff";
  return "#ffd84d";
}

export const findingKey = (it: { kind: FindingKind; layer: Layer; code: string; lon_deg?: number; lat_deg?: number }): string =>
  `${it.kind}/${it.layer}/${it.code}/${it.lon_deg ?? ""}/${it.lat_deg ?? ""}`;

export type SortKey = "kind" | "name" | "township" | "measure" | "other";

/** A list in another order; what has no figure is the worst there is. */
export function sorted(findings: readonly Finding[], by: SortKey, falling: boolean): Finding[] {
  const badness = (it: Finding): number => {
    if (it.measure === null) return Infinity;
    return it.unit === "share" ? 1 - it.measure : it.measure;
  };
  const of: Record<SortKey, (a: Finding, b: Finding) => number> = {
    kind: (a, b) => FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind),
    name: (a, b) => a.name.localeCompare(b.name, "zh", { numeric: true }),
    township: (a, b) => a.township_code.localeCompare(b.township_code) || of.kind(a, b),
    measure: (a, b) => {
      const [x, y] = [badness(a), badness(b)];
      return x === y ? 0 : x - y;
    },
    other: (a, b) => (a.others[0]?.distance_m ?? Infinity) - (b.others[0]?.distance_m ?? Infinity) || 0,
  };
  const found = [...findings].sort(of[by]);
  return falling ? found.reverse() : found;
}
