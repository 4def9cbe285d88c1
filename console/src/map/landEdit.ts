/** What is being drawn or edited on the map: its shape, its corners, and how they are pulled. */

import type { LonLat } from "../api/shared";
import type { Corner, Path } from "../lib/landShape";
import type { Engine, GeoJSONSource, MapMouseEvent } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const SOURCE = "landedit";
const COLOUR = "#ffe066";
const REACH_PX = 6;

export interface Drawing {
  shape: GeoJSON.Geometry | null;
  /** Line through the corners so far, while there is no shape yet. */
  trace: readonly LonLat[];
  /** How it was before. */
  ghost: GeoJSON.Geometry | null;
  corners: readonly Corner[];
  middles: readonly Corner[];
  /** Registered burns, the chosen one left out. */
  burns: readonly { id: number; shape: GeoJSON.Polygon }[];
}

interface Hands {
  /** The map was clicked away from any corner. */
  click: (at: LonLat, event: MapMouseEvent) => void;
  finish: () => void;
  grab: (kind: "corner" | "middle", path: Path) => Path | null;
  pull: (path: Path, at: LonLat) => void;
  release: () => void;
  drop: (path: Path) => void;
  /** Whether the map's own double click is in the way. */
  drawing: () => boolean;
}

const role = (name: string) => ["==", ["get", "role"], name] as never;

export function addLandEdit(map: Engine): void {
  map.addSource(SOURCE, { type: "geojson", data: EMPTY });
  map.addLayer({ id: "landedit-burn-fill", type: "fill", source: SOURCE, filter: role("burn"), paint: { "fill-color": "#ff8a3d", "fill-opacity": 0.18 } });
  map.addLayer({ id: "landedit-burn", type: "line", source: SOURCE, filter: role("burn"), paint: { "line-color": "#ff8a3d", "line-width": 1.6 } });
  map.addLayer({ id: "landedit-ghost", type: "line", source: SOURCE, filter: role("ghost"), paint: { "line-color": "#ffffff", "line-width": 1.6, "line-dasharray": [2, 2], "line-opacity": 0.8 } });
  map.addLayer({ id: "landedit-ghost-point", type: "circle", source: SOURCE, filter: ["all", role("ghost"), ["==", ["geometry-type"], "Point"]] as never, paint: { "circle-radius": 7, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.4 } });
  map.addLayer({ id: "landedit-fill", type: "fill", source: SOURCE, filter: ["all", role("shape"), ["==", ["geometry-type"], "Polygon"]] as never, paint: { "fill-color": COLOUR, "fill-opacity": 0.15 } });
  map.addLayer({ id: "landedit-line", type: "line", source: SOURCE, filter: role("shape"), layout: { "line-join": "round" }, paint: { "line-color": COLOUR, "line-width": 2.4 } });
  map.addLayer({ id: "landedit-middle", type: "circle", source: SOURCE, filter: role("middle"), paint: { "circle-radius": 3.6, "circle-color": COLOUR, "circle-opacity": 0.75, "circle-stroke-color": "#1b1603", "circle-stroke-width": 1 } });
  map.addLayer({ id: "landedit-corner", type: "circle", source: SOURCE, filter: role("corner"), paint: { "circle-radius": 6, "circle-color": "#1b1603", "circle-stroke-color": COLOUR, "circle-stroke-width": 2.4 } });
}

const feature = (geometry: GeoJSON.Geometry, properties: Record<string, unknown>): GeoJSON.Feature => ({ type: "Feature", geometry, properties });
const point = (at: LonLat): GeoJSON.Point => ({ type: "Point", coordinates: [...at] });

export function setLandEdit(map: Engine, it: Drawing): void {
  const trace = it.shape === null && it.trace.length > 1 ? [feature({ type: "LineString", coordinates: it.trace.map((at) => [...at]) }, { role: "shape" })] : [];
  const features = [
    ...it.burns.map((burn) => feature(burn.shape, { role: "burn", id: burn.id })),
    ...(it.ghost === null ? [] : [feature(it.ghost, { role: "ghost" })]),
    ...(it.shape === null ? trace : [feature(it.shape, { role: "shape" })]),
    ...it.middles.map((one, index) => feature(point(one.at), { role: "middle", index })),
    ...it.corners.map((one, index) => feature(point(one.at), { role: "corner", index })),
  ];
  void (map.getSource(SOURCE) as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
}

/** Number of the corner or middle under the cursor; a finger's breadth counts. */
function under(map: Engine, event: MapMouseEvent): { kind: "corner" | "middle"; index: number } | null {
  const { x, y } = event.point;
  const box: [[number, number], [number, number]] = [[x - REACH_PX, y - REACH_PX], [x + REACH_PX, y + REACH_PX]];
  for (const kind of ["corner", "middle"] as const) {
    const [found] = map.queryRenderedFeatures(box, { layers: [`landedit-${kind}`] });
    if (found !== undefined) return { kind, index: found.properties["index"] as number };
  }
  return null;
}

/** Let a person's hand work on the drawing; `now` gives its corners as they stand. */
export function handleLandEdit(map: Engine, now: () => Pick<Drawing, "corners" | "middles">, hands: Hands): void {
  const place = (event: MapMouseEvent): LonLat => [event.lngLat.lng, event.lngLat.lat];
  const pathOf = (found: { kind: "corner" | "middle"; index: number }): Path | null =>
    now()[found.kind === "corner" ? "corners" : "middles"][found.index]?.path ?? null;
  let pulled = false;

  map.on("mousedown", (event) => {
    pulled = false;
    const found = event.originalEvent.button === 0 ? under(map, event) : null;
    const path = found === null ? null : pathOf(found);
    if (found === null || path === null) return;
    const held = hands.grab(found.kind, path);
    if (held === null) return;
    event.preventDefault(); // the map stays where it is
    const pull = (further: MapMouseEvent) => {
      pulled = true;
      hands.pull(held, place(further));
    };
    map.on("mousemove", pull);
    void map.once("mouseup", () => {
      map.off("mousemove", pull);
      hands.release();
    });
  });
  map.on("click", (event) => {
    if (pulled || (under(map, event) !== null && !hands.drawing())) return;
    hands.click(place(event), event);
  });
  map.on("contextmenu", (event) => {
    const found = under(map, event);
    const path = found?.kind === "corner" ? pathOf(found) : null;
    if (path !== null) hands.drop(path);
  });
  map.on("dblclick", (event) => {
    if (!hands.drawing()) return;
    event.preventDefault();
    hands.finish();
  });
}
