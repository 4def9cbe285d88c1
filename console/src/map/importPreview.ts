/** What a file would bring, over what is there. */

import type { Land, Layer } from "../api/land";
import type { ImportDraft } from "../api/landdata";
import { type Engine, type GeoJSONSource } from "./engine";

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
const FRESH = "#ffd166";
const THERE = "#8fa3a5";
const OUTLINE = "#cfe0da";

const kind = (name: string) => ["==", ["geometry-type"], name] as never;

function addKind(map: Engine, id: string, colour: string, weight: number): void {
  map.addSource(id, { type: "geojson", data: EMPTY });
  map.addLayer({ id: `${id}-area`, type: "fill", source: id, filter: kind("Polygon"), paint: { "fill-color": colour, "fill-opacity": 0.16 } });
  map.addLayer({ id: `${id}-line`, type: "line", source: id, filter: ["!", kind("Point")] as never, paint: { "line-color": colour, "line-width": weight } });
  map.addLayer({ id: `${id}-point`, type: "circle", source: id, filter: kind("Point"), paint: { "circle-color": colour, "circle-radius": weight * 2.2, "circle-stroke-color": "#06100d", "circle-stroke-width": 1 } });
}

export function addPreview(map: Engine): void {
  map.addSource("preview-outline", { type: "geojson", data: EMPTY });
  map.addLayer({ id: "preview-outline", type: "line", source: "preview-outline", paint: { "line-color": OUTLINE, "line-opacity": 0.7, "line-width": 1.4, "line-dasharray": [4, 2] } });
  addKind(map, "preview-there", THERE, 1.1);
  addKind(map, "preview-fresh", FRESH, 2);
}

export function setPreview(map: Engine, draft: ImportDraft, land: Land | null, layer: Layer): void {
  const put = (id: string, data: GeoJSON.GeoJSON) => void (map.getSource(id) as GeoJSONSource | undefined)?.setData(data);
  const { outline, features } = draft.map;
  put("preview-outline", outline === null ? EMPTY : { type: "Feature", properties: {}, geometry: outline });
  put("preview-there", { type: "FeatureCollection", features: (land?.features ?? []).filter((it) => it.properties.layer === layer) });
  put("preview-fresh", features);
}
