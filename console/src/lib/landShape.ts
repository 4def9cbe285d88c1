/** Shapes that a person draws on the map, and their corners; nothing here is changed in place. */

import type { DrawnGeometry } from "../api/landedit";
import type { LonLat } from "../api/shared";
import { destination } from "./geodesy";

export type ShapeKind = "point" | "line" | "area";

/** Numbers that lead from `coordinates` to one corner. */
export type Path = readonly number[];

export interface Corner {
  path: Path;
  at: LonLat;
}

type Tree = readonly (Tree | number)[];

/** A centimetre; corners that nobody moved keep every digit. */
const DIGITS = 1e7;
const LEAST = { line: 2, area: 3 } as const;

const round = (value: number): number => Math.round(value * DIGITS) / DIGITS;
export const rounded = (at: LonLat): LonLat => [round(at[0]), round(at[1])];

export function kindOf(type: DrawnGeometry["type"]): ShapeKind {
  if (type === "Point") return "point";
  return type.endsWith("LineString") ? "line" : "area";
}

/** The kinds that a layer's features may be drawn as, in the order of a choice. */
export function kindsOf(shapes: readonly DrawnGeometry["type"][]): ShapeKind[] {
  const may = new Set(shapes.map(kindOf));
  return (["point", "line", "area"] as const).filter((kind) => may.has(kind));
}

/** What has been drawn so far; null while it is not yet a shape of its kind. */
export function shapeOf(kind: ShapeKind, corners: readonly LonLat[]): DrawnGeometry | null {
  const [first] = corners;
  if (first === undefined) return null;
  if (kind === "point") return { type: "Point", coordinates: [...first] };
  if (corners.length < LEAST[kind]) return null;
  const line = corners.map((it) => [...it]);
  return kind === "line" ? { type: "LineString", coordinates: line } : { type: "Polygon", coordinates: [[...line, [...first]]] };
}

const isPosition = (tree: Tree): boolean => typeof tree[0] === "number";
const isClosed = (geometry: DrawnGeometry): boolean => kindOf(geometry.type) === "area";

/** Lists of positions with the way to them: lines, and rings with their closing corner. */
function lists(tree: Tree, path: Path = []): { path: Path; list: readonly Tree[] }[] {
  if (isPosition(tree)) return [];
  if (isPosition(tree[0] as Tree)) return [{ path, list: tree as readonly Tree[] }];
  return tree.flatMap((part, index) => lists(part as Tree, [...path, index]));
}

const at = (position: Tree): LonLat => [position[0] as number, position[1] as number];

export function cornersOf(geometry: DrawnGeometry): Corner[] {
  if (geometry.type === "Point") return [{ path: [], at: at(geometry.coordinates) }];
  const closed = isClosed(geometry);
  return lists(geometry.coordinates).flatMap(({ path, list }) =>
    list.slice(0, closed ? -1 : undefined).map((position, index) => ({ path: [...path, index], at: at(position) })),
  );
}

/** Middles of all sides; a path says where a corner would be put in. */
export function middlesOf(geometry: DrawnGeometry): Corner[] {
  if (geometry.type === "Point") return [];
  return lists(geometry.coordinates).flatMap(({ path, list }) =>
    list.slice(1).map((position, index) => {
      const [a, b] = [at(list[index]!), at(position)];
      return { path: [...path, index + 1], at: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] as LonLat };
    }),
  );
}

function change(tree: Tree, path: Path, work: (list: Tree[]) => Tree[]): Tree {
  const [step, ...rest] = path;
  if (step === undefined) return work([...(tree as Tree[])]);
  return tree.map((part, index) => (index === step ? change(part as Tree, rest, work) : part));
}

function onList(geometry: DrawnGeometry, path: Path, work: (list: Tree[], index: number) => Tree[]): DrawnGeometry {
  const index = path.at(-1) ?? 0;
  const closed = isClosed(geometry);
  const coordinates = change(geometry.coordinates, path.slice(0, -1), (list) => {
    const worked = work(closed ? list.slice(0, -1) : list, index);
    return closed ? [...worked, worked[0]!] : worked;
  });
  return { ...geometry, coordinates } as DrawnGeometry;
}

/** A height that the file had stays with its corner: nobody has measured another. */
const moved = (position: Tree, to: LonLat): Tree => [...rounded(to), ...position.slice(2)];

export function move(geometry: DrawnGeometry, path: Path, to: LonLat): DrawnGeometry {
  if (geometry.type === "Point") return { ...geometry, coordinates: moved(geometry.coordinates, to) as number[] };
  return onList(geometry, path, (list, index) => list.map((it, place) => (place === index ? moved(it, to) : it)));
}

/** A further corner; where its side has heights, it has the mean of them. */
export function insert(geometry: DrawnGeometry, path: Path, to: LonLat): DrawnGeometry {
  return onList(geometry, path, (list, index) => {
    const [a, b] = [list[index - 1]!, list[index % list.length]!];
    const height = a.length > 2 && b.length > 2 ? [((a[2] as number) + (b[2] as number)) / 2] : [];
    return [...list.slice(0, index), [...rounded(to), ...height], ...list.slice(index)];
  });
}

/** Without a corner; the same where too few would be left. */
export function drop(geometry: DrawnGeometry, path: Path): DrawnGeometry {
  const kind = kindOf(geometry.type);
  if (kind === "point") return geometry;
  return onList(geometry, path, (list, index) => (list.length <= LEAST[kind] ? list : list.filter((_, place) => place !== index)));
}

export function circle(middle: LonLat, radius_m: number): GeoJSON.Polygon {
  const ring = Array.from({ length: 72 }, (_, step) => destination(middle, step * 5, radius_m));
  return { type: "Polygon", coordinates: [[...ring, ring[0]!]] };
}
