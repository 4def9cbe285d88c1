/** The map of the workbench: where the camera looks, before and after, and where its landmarks lie. */

import type { LonLat } from "../api/shared";
import { destination, sector } from "../lib/geodesy";
import { type Engine, type GeoJSONSource, Marker } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
/** How far a view is drawn: direction and width, not reach. */
export const REACH_M = 10_000;

export interface Look {
  azimuth_deg: number;
  horizontal_fov_deg: number;
}

export function addWorkbench(map: Engine): void {
  map.addSource("work", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "work-fill", type: "fill", source: "work", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.07 } });
  map.addLayer({ id: "work-line", type: "line", source: "work", filter: ["!", ["get", "thin"]], paint: { "line-color": ["get", "colour"], "line-width": 1.6, "line-opacity": 0.9 } });
  map.addLayer({ id: "work-thin", type: "line", source: "work", filter: ["get", "thin"], paint: { "line-color": ["get", "colour"], "line-width": 1, "line-opacity": 0.6, "line-dasharray": [3, 3] } });
}

function view(lens: LonLat, look: Look, colour: string): GeoJSON.Feature[] {
  const ring = sector(lens, look.azimuth_deg, look.horizontal_fov_deg, REACH_M);
  const axis = [lens, destination(lens, look.azimuth_deg, REACH_M)];
  return [
    { type: "Feature", properties: { colour, thin: false }, geometry: { type: "Polygon", coordinates: [ring] } },
    { type: "Feature", properties: { colour, thin: true }, geometry: { type: "LineString", coordinates: axis } },
  ];
}

export function setWorkbench(map: Engine, lens: LonLat, before: Look | null, after: Look | null, marks: LonLat[]): void {
  const features = [
    ...(before === null ? [] : view(lens, before, "#ffb347")),
    ...(after === null ? [] : view(lens, after, "#4dff9e")),
    ...marks.map((at): GeoJSON.Feature => ({
      type: "Feature", properties: { colour: "#7fe7ff", thin: true }, geometry: { type: "LineString", coordinates: [lens, at] },
    })),
  ];
  void (map.getSource("work") as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
}

export interface WorkMark {
  id: number;
  at: LonLat;
  text: string;
  chosen: boolean;
  bad: boolean;
}

/** Numbered pins that can be chosen and pulled. */
export function workMarkers(map: Engine, choose: (id: number) => void, pull: (id: number, at: LonLat) => void) {
  const shown = new Map<number, Marker>();
  return (marks: WorkMark[]): void => {
    const keep = new Set(marks.map((it) => it.id));
    for (const [id, marker] of shown)
      if (!keep.has(id)) {
        marker.remove();
        shown.delete(id);
      }
    for (const { id, at, text, chosen, bad } of marks) {
      let marker = shown.get(id);
      if (marker === undefined) {
        const element = document.createElement("button");
        element.type = "button";
        element.className = "mark-work";
        element.addEventListener("click", (event) => {
          event.stopPropagation();
          choose(id);
        });
        const made = new Marker({ element, anchor: "center", draggable: true }).setLngLat(at).addTo(map);
        element.removeAttribute("aria-label");
        made.on("dragstart", () => choose(id));
        made.on("drag", () => pull(id, made.getLngLat().toArray()));
        marker = made;
        shown.set(id, made);
      }
      marker.setLngLat(at);
      const element = marker.getElement();
      element.textContent = text;
      element.classList.toggle("chosen", chosen);
      element.classList.toggle("bad", bad);
    }
  };
}
