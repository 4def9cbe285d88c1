/** Where a camera looks: landmarks, skylines and the sun, and the poses that follow from them. */

import type { FullPose, HeightDatum, Position, TimeSource } from "./shared";
import { answerTo, call, TEST_WAIT_MS } from "./transport";

export type CalibrationMethod = "landmarks" | "skyline" | "sun";

/** A place as somebody states it: longitude and latitude, or easting and northing of its system. */
export interface StatedPlace {
  coordinates: string;
  east: number;
  north: number;
  height_m: number;
  height_datum: HeightDatum;
}

export interface MarkRequest extends StatedPlace {
  name: string;
  x_px: number;
  y_px: number;
}

export interface LinePx {
  x_px: number[];
  y_px: number[];
}

export interface FitRequest {
  picture: string;
  method: CalibrationMethod;
  start?: FullPose;
  marks?: MarkRequest[];
  line?: LinePx;
  /** Height of the trees on the ridges of a skyline. */
  canopy_m?: number;
  suns?: { picture: string; x_px: number; y_px: number }[];
}

/** A picture that the server has set aside to be worked on. */
export interface WorkPicture {
  picture: string;
  captured_at: string;
  clock_sigma_s: number | null;
  time_source: TimeSource;
  width_px: number;
  height_px: number;
  /** Nothing speaks against its showing its preset's view. */
  is_view: boolean;
}

/** Why there is no pose; `suspects` are landmarks without which the others agree. */
export interface FitRefusal {
  code: string;
  detail: string;
  remedy: string;
  suspects: string[];
}

/** A thing in a picture, and how far it was marked from where the pose puts it. */
export interface FittedMark {
  name: string;
  x_px: number;
  y_px: number;
  azimuth_deg: number;
  elevation_deg: number;
  right_px: number;
  down_px: number;
  is_outlier: boolean;
  position: Position | null;
}

export interface Fit {
  before: FullPose;
  after: FullPose | null;
  marks: FittedMark[];
  misfit_px: number;
  points: number;
  share: number;
  fov_fitted: boolean;
  refusal: FitRefusal | null;
}

/** Where the terrain's skyline and places lie in a picture of a pose, pixels. */
export interface SeenFrom {
  skyline: [number, number][][];
  places: ([number, number] | null)[];
}

export interface PictureLine extends LinePx {
  share: number;
  refusal: FitRefusal | null;
}

export interface Calibration {
  calibration_id: number;
  camera_id: string;
  preset: number;
  method: CalibrationMethod;
  author: string;
  at: string;
  captured_at: string;
  before: FullPose;
  after: FullPose;
  width_px: number;
  height_px: number;
  misfit_px: number;
  points: number;
  marks: FittedMark[];
  terrain: string;
  in_force: boolean;
  has_picture: boolean;
}

/** How the pose of a preset was found; the history is empty where nobody ever calibrated it. */
export interface CalibratedPreset {
  preset: number;
  name: string;
  pose: FullPose;
  history: Calibration[];
}

export const calibrationCalls = {
  calibrations: (id: string) => call<CalibratedPreset[]>("GET", `/api/calibration/${id}`),
  workPicture: (view: string) => call<WorkPicture>("POST", `/api/calibration/${view}/picture`),
  workJpeg: async (view: string, picture: string) =>
    (await answerTo(`/api/calibration/${view}/picture/${picture}.jpg`, {})).blob(),
  skylineOf: (view: string, asked: { picture: string; canopy_m: number; start?: FullPose }) =>
    call<PictureLine>("POST", `/api/calibration/${view}/skyline`, asked, TEST_WAIT_MS),
  seenFrom: (view: string, asked: { pose: FullPose; width_px: number; height_px: number; canopy_m: number; places: StatedPlace[] }) =>
    call<SeenFrom>("POST", `/api/calibration/${view}/seen`, asked),
  fit: (view: string, request: FitRequest) =>
    call<Fit>("POST", `/api/calibration/${view}/fit`, request),
  calibrate: (view: string, request: FitRequest & { before: FullPose }) =>
    call<Calibration>("POST", `/api/calibration/${view}`, request),
  calibrateAgain: (number: number, before: FullPose) =>
    call<Calibration>("POST", `/api/calibration/number/${number}/again`, { before }),
  undoCalibration: (number: number) =>
    call<FullPose>("POST", `/api/calibration/number/${number}/undo`),
};
