/** A plan, or a mission from a file, as shapes of the map; a flight has its aircraft's colour. */

import type { LonLat } from "../api/shared";
import type { MissionCheck, PlanPoint, Sortie, SweepPlan } from "../api/sweeps";

/** Two shades an aircraft: its batteries take turns. */
const COLOURS: readonly (readonly [string, string])[] = [
  ["#7fc8ff", "#2f8fe0"],
  ["#d9a3ff", "#a765e0"],
  ["#8ff0c0", "#33b98a"],
  ["#ffb3d1", "#e0609a"],
  ["#c9e265", "#93ad2c"],
  ["#8fe9f2", "#2fb0bd"],
];

/** Colour of every flight, in the order of the plan. */
export function flightColours(sorties: readonly Pick<Sortie, "aircraft">[]): string[] {
  const order: string[] = [];
  const flown = new Map<string, number>();
  return sorties.map(({ aircraft }) => {
    if (!order.includes(aircraft)) order.push(aircraft);
    const battery = flown.get(aircraft) ?? 0;
    flown.set(aircraft, battery + 1);
    return COLOURS[order.indexOf(aircraft) % COLOURS.length]![battery % 2]!;
  });
}

export const lonLatOf = (point: PlanPoint): LonLat => [point.lon_deg, point.lat_deg];
export const wayOf = (sortie: Sortie): LonLat[] => sortie.points.map(lonLatOf);

type Role = "target" | "strip" | "unseen" | "fence" | "no_fly" | "keep_away" | "dropped" | "line" | "transit" | "turn" | "mission" | "finding";
const feature = (geometry: GeoJSON.Geometry, role: Role, more: Record<string, unknown> = {}): GeoJSON.Feature => ({ type: "Feature", geometry, properties: { role, ...more } });
const line = (coordinates: readonly LonLat[]): GeoJSON.LineString => ({ type: "LineString", coordinates: coordinates.map((it) => [...it]) });

/** Pieces of a flight over which pictures are taken, and those between. */
export function piecesOf(points: readonly PlanPoint[]): { role: "line" | "transit"; way: LonLat[] }[] {
  const pieces: { role: "line" | "transit"; way: LonLat[] }[] = [];
  points.slice(1).forEach((to, index) => {
    const from = points[index]!;
    const role = from.line !== null && from.line === to.line ? "line" : "transit";
    const last = pieces.at(-1);
    if (last?.role === role) last.way.push(lonLatOf(to));
    else pieces.push({ role, way: [lonLatOf(from), lonLatOf(to)] });
  });
  return pieces;
}

function flight(sortie: Sortie, colour: string, chosen: number | null): GeoJSON.Feature[] {
  const faint = chosen !== null && chosen !== sortie.number;
  const more = { colour, sortie: sortie.number, faint };
  const turns = sortie.points.filter((it) => it.role === "line_start" || it.role === "line_end");
  return [
    ...piecesOf(sortie.points).map((it) => feature(line(it.way), it.role, more)),
    ...turns.map((it) => feature({ type: "Point", coordinates: lonLatOf(it) }, "turn", more)),
  ];
}

/** `chosen` is the number of the flight that is looked at; null for all alike. */
export function planFeatures(plan: SweepPlan, chosen: number | null): GeoJSON.Feature[] {
  const colours = flightColours(plan.sorties);
  return [
    feature(plan.target, "target"),
    feature(plan.strip, "strip"),
    ...(plan.unseen === undefined || plan.unseen === null ? [] : [feature(plan.unseen, "unseen")]),
    feature(plan.fence, "fence"),
    ...plan.no_fly.map((it) => feature(it.geometry, it.is_hard ? "no_fly" : "keep_away")),
    ...plan.sorties.flatMap((it, index) => flight(it, colours[index]!, chosen)),
    ...plan.dropped.filter((it) => it.lonlat.length > 1).map((it) => feature(line(it.lonlat), "dropped")),
    ...findingPoints(plan.findings),
  ];
}

const findingPoints = (findings: SweepPlan["findings"]): GeoJSON.Feature[] =>
  findings.flatMap((it) => (it.lon_deg === null || it.lat_deg === null ? [] : [feature({ type: "Point", coordinates: [it.lon_deg, it.lat_deg] }, "finding", { gravity: it.gravity })]));

export const checkFeatures = (check: MissionCheck): GeoJSON.Feature[] => [feature(check.path, "mission"), ...findingPoints(check.findings)];

/** Where the number of each flight is written: at its first picture. */
export function flightMarks(sorties: readonly Sortie[]): { number: number; at: LonLat; colour: string }[] {
  const colours = flightColours(sorties);
  return sorties.flatMap((it, index) => {
    const first = it.points.find((point) => point.role === "line_start") ?? it.points[1];
    return first === undefined ? [] : [{ number: it.number, at: lonLatOf(first), colour: colours[index]! }];
  });
}

/** One way through a path of one or more lines. */
export function pathOf(geometry: GeoJSON.Geometry): LonLat[] {
  if (geometry.type === "LineString") return geometry.coordinates.map(([lon, lat]) => [lon!, lat!]);
  if (geometry.type === "MultiLineString") return geometry.coordinates.flat().map(([lon, lat]) => [lon!, lat!]);
  return [];
}
