/** A planned sweep: what is to be seen, what is seen, the flights with their directions, fence and zones. */

import type { LonLat } from "../api/shared";
import { type Engine, type GeoJSONSource, Marker } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const WARNING = "#ffb02e";
const FORBIDDEN = "#ff6b5e";
const ARROW_PX = 18;

const role = (...names: string[]) => ["in", ["get", "role"], ["literal", names]] as never;
const both = (...all: never[]) => ["all", ...all] as never;
const area = ["==", ["geometry-type"], "Polygon"] as never;
const dim = (full: number, less: number) => ["case", ["boolean", ["get", "faint"], false], less, full] as never;

/** A head that points along the line, white with a dark edge: it is seen on every colour. */
function arrow(): { width: number; height: number; data: Uint8ClampedArray } {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = ARROW_PX * 2;
  const pen = canvas.getContext("2d")!;
  pen.scale(2, 2);
  pen.beginPath();
  pen.moveTo(4.5, 4);
  pen.lineTo(14.5, 9);
  pen.lineTo(4.5, 14);
  pen.lineTo(7, 9);
  pen.closePath();
  pen.fillStyle = "#ffffff";
  pen.strokeStyle = "#0b1315";
  pen.lineWidth = 1.6;
  pen.stroke();
  pen.fill();
  return { width: canvas.width, height: canvas.height, data: pen.getImageData(0, 0, canvas.width, canvas.height).data };
}

function addGround(map: Engine): void {
  const add = (id: string, filter: never, colour: string, opacity: number) => map.addLayer({ id, type: "fill", source: "sweep", filter: both(filter, area), paint: { "fill-color": colour, "fill-opacity": opacity } });
  const edge = (id: string, filter: never, colour: string, width: number, dash?: number[]) =>
    map.addLayer({ id, type: "line", source: "sweep", filter, layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": width, ...(dash === undefined ? {} : { "line-dasharray": dash }) } });
  add("sweep-strip", role("strip"), "#b7a6ff", 0.3);
  add("sweep-unseen", role("unseen"), WARNING, 0.55);
  edge("sweep-unseen-edge", role("unseen"), WARNING, 1.2);
  add("sweep-no-fly", role("no_fly"), FORBIDDEN, 0.24);
  edge("sweep-no-fly-edge", role("no_fly"), FORBIDDEN, 2);
  add("sweep-keep-away", role("keep_away"), WARNING, 0.1);
  edge("sweep-keep-away-edge", role("keep_away"), WARNING, 1.6, [3, 2]);
  edge("sweep-fence", role("fence"), "#ffffff", 1.8, [5, 2, 1, 2]);
  edge("sweep-target", role("target"), "#ffe066", 2);
}

function addFlights(map: Engine): void {
  const round = { "line-join": "round", "line-cap": "round" } as const;
  const colour = ["get", "colour"] as never;
  map.addLayer({ id: "sweep-case", type: "line", source: "sweep", filter: role("line", "mission"), layout: round, paint: { "line-color": "#071013", "line-width": 4.6, "line-opacity": dim(0.75, 0.2) } });
  map.addLayer({ id: "sweep-transit", type: "line", source: "sweep", filter: role("transit"), layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": 1.5, "line-opacity": dim(0.9, 0.25), "line-dasharray": [3, 2] } });
  map.addLayer({ id: "sweep-line", type: "line", source: "sweep", filter: role("line"), layout: round, paint: { "line-color": colour, "line-width": 2.6, "line-opacity": dim(1, 0.3) } });
  map.addLayer({ id: "sweep-mission", type: "line", source: "sweep", filter: role("mission"), layout: round, paint: { "line-color": "#7fc8ff", "line-width": 2.6 } });
  map.addLayer({ id: "sweep-dropped", type: "line", source: "sweep", filter: role("dropped"), paint: { "line-color": WARNING, "line-width": 3.2, "line-dasharray": [1.6, 1.2] } });
  map.addLayer({ id: "sweep-turn", type: "circle", source: "sweep", filter: role("turn"), minzoom: 11, paint: { "circle-radius": 3.2, "circle-color": "#0b1315", "circle-stroke-color": colour, "circle-stroke-width": 1.6, "circle-opacity": dim(1, 0.3), "circle-stroke-opacity": dim(1, 0.3) } });
  map.addImage("sweep-arrow", arrow(), { pixelRatio: 2 });
  map.addLayer({
    id: "sweep-arrow", type: "symbol", source: "sweep", filter: role("line", "transit", "mission"),
    layout: { "symbol-placement": "line", "symbol-spacing": 90, "icon-image": "sweep-arrow", "icon-size": 0.72, "icon-allow-overlap": true, "icon-ignore-placement": true },
    paint: { "icon-opacity": dim(1, 0.25) },
  });
  map.addLayer({ id: "sweep-finding", type: "circle", source: "sweep", filter: role("finding"), paint: { "circle-radius": 8, "circle-color": "rgba(0,0,0,0)", "circle-stroke-width": 2.4, "circle-stroke-color": ["match", ["get", "gravity"], "refused", FORBIDDEN, "warning", WARNING, "#bccaca"] as never } });
}

export function addSweeps(map: Engine): void {
  map.addSource("sweep", { type: "geojson", data: EMPTY });
  addGround(map);
  addFlights(map);
  map.addSource("sweep-cursor", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "sweep-cursor", type: "circle", source: "sweep-cursor", paint: { "circle-radius": 7, "circle-color": "#ffffff", "circle-stroke-color": "#0b1315", "circle-stroke-width": 2.4 } });
}

/** `grey` for a plan that is not the newest wish's. */
export function setSweep(map: Engine, features: GeoJSON.Feature[], grey: boolean): void {
  void (map.getSource("sweep") as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features: grey ? features.map((it) => ({ ...it, properties: { ...it.properties, colour: "#8d9ba0", faint: true } })) : features });
}

export function setCursor(map: Engine, at: LonLat | null): void {
  const features: GeoJSON.Feature[] = at === null ? [] : [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }];
  void (map.getSource("sweep-cursor") as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features });
}

export interface SweepMark {
  key: string;
  kind: "home" | "look" | "flight" | "zone";
  at: LonLat;
  text: string;
  title: string;
  colour?: string;
}

/** Home, numbers of flights and names of zones, written by the system's own fonts. */
export function sweepMarkers(map: Engine): (marks: readonly SweepMark[]) => void {
  let shown: Marker[] = [];
  return (marks) => {
    for (const marker of shown) marker.remove();
    shown = marks.map((mark) => {
      const element = document.createElement("div");
      element.className = `mark-sweep ${mark.kind}`;
      element.textContent = mark.text;
      element.title = mark.title;
      element.dataset["testid"] = `sweep-mark-${mark.kind}`;
      if (mark.colour !== undefined) element.style.setProperty("--tone", mark.colour);
      const marker = new Marker({ element, anchor: "center" }).setLngLat(mark.at).addTo(map);
      element.removeAttribute("aria-label");
      return marker;
    });
  };
}
