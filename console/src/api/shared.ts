/**
 * Words of the server's contract that several areas use. In all of it times are ISO 8601 UTC,
 * degrees are true north, lengths metres.
 */

export type Label = "smoke" | "flame";

/** Where a fire stands, and with it its evidence; see `models/incident/life.py`. */
export type FireState =
  | "open"
  | "acknowledged"
  | "confirmed"
  | "dispatched"
  | "arrived"
  | "controlled"
  | "closed"
  | "dismissed";

export type FrameMode = "visible" | "infrared" | "thermal";
export type Provenance = "live" | "recorded" | "drill";

export type TimeSource =
  | "sender"
  | "file_name"
  | "exif"
  | "camera_clock"
  | "container"
  | "simulated"
  | "receipt";

export type Caution = "" | "drill" | "synthetic" | "coarse";

export interface TerrainReference {
  name: string;
  cell_m: number;
  caution: Caution;
}

export type LonLat = [number, number];

export interface Position {
  lon_deg: number;
  lat_deg: number;
  height_m: number;
  height_datum: "sea_level" | "ellipsoid" | "ground";
}

export type HeightDatum = Position["height_datum"];

export interface Pose {
  azimuth_deg: number;
  tilt_deg: number;
  roll_deg: number;
  horizontal_fov_deg: number;
}

/** A pose with all that calibration finds of it. */
export interface FullPose extends Pose {
  radial_k1: number;
  azimuth_sigma_deg: number;
  tilt_sigma_deg: number;
}
