/** The form of a node: what was typed, what is still lacking, and the request. */

import type { HeatNode, NodeRequest, ThermalEncoding, WarmPlace } from "../api/nodes";
import type { HeightDatum } from "../api/shared";
import { warmTrouble } from "./warmPlaces";

export interface NodeFields {
  node_id: string;
  name: string;
  lon_deg: number | null;
  lat_deg: number | null;
  height_m: number | null;
  height_datum: HeightDatum;
  /** Whether somebody measured where it looks. */
  has_pose: boolean;
  azimuth_deg: number | null;
  horizontal_fov_deg: number | null;
  tilt_deg: number | null;
  reach_m: number | null;
  encoding: ThermalEncoding;
  /** For danger classes 1 to 5. */
  intervals_s: (number | null)[];
  is_drill: boolean;
  is_retired: boolean;
  warm_places: WarmPlace[];
  /** What the camera of a view says is not typed here. */
  is_view: boolean;
}

export const NODE_KEY = /^[a-z0-9-]{1,40}$/;
/** As the server begins: half an hour in quiet times, a minute in the worst. */
export const USUAL_INTERVALS_S = [1800, 900, 300, 120, 60] as const;

export function nodeFieldsOf(node: HeatNode | null): NodeFields {
  return {
    node_id: node?.node_id ?? "",
    name: node?.name ?? "",
    lon_deg: node?.lon_deg ?? null,
    lat_deg: node?.lat_deg ?? null,
    height_m: node?.height_m ?? 3,
    height_datum: node?.height_datum ?? "ground",
    has_pose: node !== null && node.azimuth_deg !== null,
    azimuth_deg: node?.azimuth_deg ?? null,
    horizontal_fov_deg: node?.horizontal_fov_deg ?? null,
    tilt_deg: node?.tilt_deg ?? null,
    reach_m: node?.reach_m ?? 60,
    encoding: node?.encoding ?? "as_told",
    intervals_s: [...(node?.intervals_s ?? USUAL_INTERVALS_S)],
    is_drill: node?.is_drill ?? false,
    is_retired: node?.is_retired ?? false,
    warm_places: node?.warm_places ?? [],
    is_view: (node?.view ?? null) !== null,
  };
}

/** What is still needed, as the keys of its words; `bad_id` for a key that cannot be, `taken` for another node's. */
export function nodeMissing(fields: NodeFields, taken: readonly string[] = []): string[] {
  if (taken.includes(fields.node_id)) return ["taken"];
  if (!fields.is_view && fields.node_id !== "" && !NODE_KEY.test(fields.node_id)) return ["bad_id"];
  return [
    ...(fields.node_id === "" ? ["node_id"] : []),
    ...(fields.name.trim() === "" ? ["name"] : []),
    ...(fields.lon_deg === null ? ["lon"] : []),
    ...(fields.lat_deg === null ? ["lat"] : []),
    ...(fields.height_m === null ? ["height"] : []),
    ...(fields.has_pose && (fields.azimuth_deg === null || fields.horizontal_fov_deg === null) ? ["pose"] : []),
    ...(fields.reach_m === null ? ["reach"] : []),
    ...(fields.intervals_s.some((it) => it === null) ? ["intervals"] : []),
    ...(warmTrouble(fields.warm_places) === "" ? [] : ["warm"]),
  ];
}

/** The request; null while something needed is missing. */
export function nodeRequest(fields: NodeFields): NodeRequest | null {
  const { lon_deg, lat_deg, height_m, reach_m } = fields;
  if (nodeMissing(fields).length > 0 || lon_deg === null || lat_deg === null || height_m === null || reach_m === null) return null;
  const pose = fields.has_pose
    ? { azimuth_deg: fields.azimuth_deg, horizontal_fov_deg: fields.horizontal_fov_deg, tilt_deg: fields.tilt_deg ?? 0 }
    : { azimuth_deg: null, horizontal_fov_deg: null, tilt_deg: null };
  const { height_datum, encoding, is_drill, is_retired } = fields;
  const warm_places = fields.warm_places.map((it) => ({ ...it, note: it.note.trim() }));
  const intervals_s = fields.intervals_s.map((it) => it ?? 0);
  return { name: fields.name.trim(), lon_deg, lat_deg, height_m, height_datum, ...pose, reach_m, encoding, intervals_s, is_drill, is_retired, warm_places };
}
