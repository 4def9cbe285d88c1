/** The land as the map draws it. */

import { call } from "./transport";

export type Layer =
  | "township"
  | "village"
  | "mountain_unit"
  | "forest_stand"
  | "forest_belt"
  | "water_point"
  | "helipad"
  | "pool"
  | "pipe"
  | "hydrant"
  | "intake"
  | "quay"
  | "road"
  | "checkpoint"
  | "tower"
  | "post"
  | "node"
  | "station"
  | "airspace";

export interface LandProperties {
  layer: Layer;
  code: string;
  name: string;
  drill: boolean;
  [fact: string]: string | number | boolean | null;
}

export type LandFeature = GeoJSON.Feature<GeoJSON.Geometry, LandProperties>;
export type Land = GeoJSON.FeatureCollection<GeoJSON.Geometry, LandProperties>;

export const landCalls = {
  land: () => call<Land>("GET", "/api/land"),
};
