/** The land by hand: features drawn, edited and removed, and their history. */

import type { Layer } from "./land";
import type { Fact, LandAttribute, LandChange } from "./landdata";
import { call } from "./transport";

export type DrawnGeometry =
  | GeoJSON.Point
  | GeoJSON.LineString
  | GeoJSON.MultiLineString
  | GeoJSON.Polygon
  | GeoJSON.MultiPolygon;

export interface LayerSchema {
  layer: Layer;
  shapes: DrawnGeometry["type"][];
  attributes: LandAttribute[];
  count: number;
  may_edit: boolean;
}

/** A feature as it is or was; `tag` names exactly this state. */
export interface LandState {
  layer: Layer;
  code: string;
  name: string;
  drill: boolean;
  properties: Record<string, Fact>;
  geometry: DrawnGeometry;
  tag: string;
}

export interface LandFeatureNow extends LandState {
  may_edit: boolean;
}

export interface LandHistoryEntry {
  change: LandChange & { may_undo: boolean };
  before: LandState | null;
  after: LandState | null;
}

export interface LandDrawing {
  code: string;
  name: string;
  geometry: DrawnGeometry;
  properties: Record<string, Fact>;
  drill: boolean;
  note: string;
}

/** What is to be otherwise; of the properties only those, null takes one away. */
export interface LandEdit {
  before: string;
  name?: string;
  geometry?: DrawnGeometry;
  properties?: Record<string, Fact>;
  drill?: boolean;
  note?: string;
}

const landPath = (what: string, layer: Layer, code: string): string =>
  `/api/land/${what}/${layer}/${code.split("/").map(encodeURIComponent).join("/")}`;

export const landEditCalls = {
  landLayers: () => call<{ version: number; layers: LayerSchema[] }>("GET", "/api/land/layers"),
  landFeature: (layer: Layer, code: string) => call<LandFeatureNow>("GET", landPath("features", layer, code)),
  drawLand: (layer: Layer, drawing: LandDrawing) => call<LandFeatureNow>("POST", `/api/land/features/${layer}`, drawing),
  editLand: (layer: Layer, code: string, edit: LandEdit) => call<LandFeatureNow>("PATCH", landPath("features", layer, code), edit),
  removeLand: (it: LandState, note: string) =>
    call<void>("DELETE", `${landPath("features", it.layer, it.code)}?${new URLSearchParams({ before: it.tag, note })}`),
  landHistory: (layer: Layer, code: string) =>
    call<{ entries: LandHistoryEntry[]; left_out: number }>("GET", landPath("history", layer, code)),
};
