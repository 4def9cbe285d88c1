/** Nodes on the map: a shape by the gravest trouble of each, the sector that it sees, and where its heat may be. */

import { LOOK_COLOUR } from "../lib/heatLooks";
import { NODE_COLOUR, NODE_SHAPE, type NodeTone } from "../lib/nodes";
import type { Engine, GeoJSONSource } from "./engine";
import { PIXEL_RATIO } from "./symbols";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const SIZE_PX = 18;
const INK = "#0b1315";
const TONES = Object.keys(NODE_COLOUR) as NodeTone[];
const only = (kind: "Polygon" | "LineString" | "Point") => ["==", ["geometry-type"], kind] as never;

function drawn(paint: (context: CanvasRenderingContext2D) => void): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE_PX * PIXEL_RATIO;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.scale((SIZE_PX * PIXEL_RATIO) / 16, (SIZE_PX * PIXEL_RATIO) / 16);
  context.lineJoin = "round";
  paint(context);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function toneImage(tone: NodeTone): ImageData | null {
  const { path, hollow } = NODE_SHAPE[tone];
  return drawn((context) => {
    const shape = new Path2D(path);
    context.lineWidth = hollow === true ? 3.4 : 1.6;
    context.strokeStyle = INK;
    context.stroke(shape);
    context.fillStyle = hollow === true ? INK : NODE_COLOUR[tone];
    context.fill(shape);
    if (hollow !== true) return;
    context.lineWidth = 1.8;
    context.strokeStyle = NODE_COLOUR[tone];
    context.stroke(shape);
  });
}

/** A square on its corner with a dot: something to look at, no alarm. */
function lookImage(colour: string): ImageData | null {
  return drawn((context) => {
    const shape = new Path2D("M2.500 2.500h11v11h-11z");
    context.fillStyle = INK;
    context.fill(shape);
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.stroke(shape);
    context.fillStyle = colour;
    context.fill(new Path2D("M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600z"));
  });
}

function addImages(map: Engine): void {
  const add = (name: string, image: ImageData | null): void => {
    if (image !== null && !map.hasImage(name)) map.addImage(name, image, { pixelRatio: PIXEL_RATIO });
  };
  for (const tone of TONES) add(`node-${tone}`, toneImage(tone));
  for (const colour of new Set(Object.values(LOOK_COLOUR))) add(`look-${colour}`, lookImage(colour));
}

export function addNodes(map: Engine): void {
  addImages(map);
  map.addSource("nodes", { type: "geojson", data: EMPTY });
  map.addSource("heat-looks", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "node-view", type: "fill", source: "nodes", filter: only("Polygon"), minzoom: 12, paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.14 } });
  map.addLayer({ id: "node-view-edge", type: "line", source: "nodes", filter: only("Polygon"), minzoom: 12, paint: { "line-color": ["get", "colour"], "line-opacity": 0.7, "line-width": 1.1 } });
  map.addLayer({ id: "heat-tower", type: "line", source: "heat-looks", filter: only("LineString"), paint: { "line-color": ["get", "colour"], "line-width": 1.6, "line-dasharray": [3, 2] } });
  map.addLayer({ id: "heat-ring", type: "fill", source: "heat-looks", filter: only("Polygon"), paint: { "fill-color": ["get", "colour"], "fill-opacity": 0.14 } });
  map.addLayer({ id: "heat-ring-edge", type: "line", source: "heat-looks", filter: only("Polygon"), paint: { "line-color": ["get", "colour"], "line-width": ["case", ["get", "is_chosen"], 2.4, 1.4] } });
  // A whole fleet is seen from afar as well: smaller there, and never left out.
  const size = ["interpolate", ["linear"], ["zoom"], 8, 0.5, 11, 0.75, 13, 1] as never;
  map.addLayer({ id: "node-point", type: "symbol", source: "nodes", filter: only("Point"), layout: { "icon-image": ["concat", "node-", ["get", "tone"]], "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true } });
  map.addLayer({ id: "heat-point", type: "symbol", source: "heat-looks", filter: only("Point"), layout: { "icon-image": ["concat", "look-", ["get", "colour"]], "icon-allow-overlap": true, "icon-ignore-placement": true } });
}

export function setNodes(map: Engine, nodes: GeoJSON.FeatureCollection): void {
  void (map.getSource("nodes") as GeoJSONSource | undefined)?.setData(nodes);
}

export function setHeatLooks(map: Engine, looks: GeoJSON.FeatureCollection): void {
  void (map.getSource("heat-looks") as GeoJSONSource | undefined)?.setData(looks);
}

export interface NodePresses {
  node: (id: string) => void;
  look: (id: number) => void;
  /** Whether a press on the map means something else now. */
  taken?: () => boolean;
}

/** A press on a look or a node leads there; what lies on top is meant. */
export function pressNodes(map: Engine, { node, look, taken }: NodePresses): void {
  map.on("click", (event) => {
    if (taken?.() === true) return;
    const found = map.queryRenderedFeatures(event.point, { layers: ["heat-point", "node-point"] })[0];
    if (found === undefined) return;
    const { look_id, node_id } = found.properties as { look_id?: number; node_id?: string };
    if (look_id !== undefined) look(look_id);
    else if (node_id !== undefined) node(node_id);
  });
  for (const layer of ["heat-point", "node-point"]) {
    map.on("mouseenter", layer, () => {
      if (taken?.() !== true) map.getCanvas().style.cursor = "pointer";
    });
    map.on("mouseleave", layer, () => {
      if (taken?.() !== true) map.getCanvas().style.cursor = "";
    });
  }
}
