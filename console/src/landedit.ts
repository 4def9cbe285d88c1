/** The land by hand: the server's contract in types. */

import type { Layer } from "./api";
import type { Fact, LandAttribute, LandChange } from "./landdata";

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
