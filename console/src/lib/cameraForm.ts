/** The camera form's fields, and what they are to the server. */

import type { CameraCredential, CameraKind, CameraLink, CameraRequest, CameraSetup } from "../api/cameras";
import type { HeightDatum } from "../api/shared";
import { isPlane, pointOf } from "./coordinates";

export interface Fields {
  camera_id: string;
  name: string;
  kind: CameraKind;
  /** Of the numbers below; what is stored is WGS 84. */
  coordinates: string;
  lon_deg: number | null;
  lat_deg: number | null;
  easting_m: number | null;
  northing_m: number | null;
  height_m: number | null;
  height_datum: HeightDatum;
  azimuth_deg: number | null;
  tilt_deg: number | null;
  horizontal_fov_deg: number | null;
  link: CameraLink;
  user: string;
  password: string;
  /** The stored credential is to be removed. */
  forget: boolean;
}

export const EMPTY_LINK: CameraLink = {
  adapter: "rtsp",
  address: "",
  every_s: 5,
  transport: "tcp",
  decoding: "auto",
  mode: null,
  enabled: true,
  encoding: "as_told",
};

export const KEY = /^[a-z0-9-]{1,40}$/;

export function fieldsOf(setup: CameraSetup | null): Fields {
  const pose = setup?.presets[0]?.pose;
  return {
    camera_id: setup?.camera_id ?? "",
    name: setup?.name ?? "",
    kind: setup?.kind ?? "tower",
    coordinates: "WGS84",
    lon_deg: setup?.position.lon_deg ?? null,
    lat_deg: setup?.position.lat_deg ?? null,
    easting_m: null,
    northing_m: null,
    height_m: setup?.position.height_m ?? null,
    height_datum: setup?.position.height_datum ?? "sea_level",
    azimuth_deg: pose?.azimuth_deg ?? null,
    tilt_deg: pose?.tilt_deg ?? null,
    horizontal_fov_deg: pose?.horizontal_fov_deg ?? null,
    link: { ...(setup?.link ?? EMPTY_LINK) },
    user: "",
    password: "",
    forget: false,
  };
}

/** What was typed as a credential; what was not typed stays as it is stored. */
export function credentialOf(fields: Fields): CameraCredential | undefined {
  if (fields.forget) return {};
  if (fields.user === "" && fields.password === "") return undefined;
  return {
    ...(fields.user === "" ? {} : { user: fields.user }),
    ...(fields.password === "" ? {} : { password: fields.password }),
  };
}

/** What is still needed, as the keys of its words; `bad_id` for a key that cannot be. */
export function missingIn(fields: Fields): string[] {
  if (fields.camera_id !== "" && !KEY.test(fields.camera_id)) return ["bad_id"];
  return [
    ...(fields.camera_id === "" ? ["camera_id"] : []),
    ...(fields.name.trim() === "" ? ["name"] : []),
    ...(isPlane(fields.coordinates)
      ? [...(fields.easting_m === null ? ["easting"] : []), ...(fields.northing_m === null ? ["northing"] : [])]
      : [...(fields.lon_deg === null ? ["lon"] : []), ...(fields.lat_deg === null ? ["lat"] : [])]),
    ...(fields.height_m === null ? ["height"] : []),
  ];
}

/** The request; null while something needed is missing. */
export function requestOf(fields: Fields, before: CameraSetup | null): CameraRequest | null {
  const { height_m, height_datum, azimuth_deg, horizontal_fov_deg } = fields;
  const point = pointOf(fields);
  if (missingIn(fields).length > 0 || point === null || height_m === null) return null;
  const [first, ...others] = before?.presets ?? [];
  const presets =
    azimuth_deg === null || horizontal_fov_deg === null
      ? (before?.presets ?? [])
      : [
          {
            number: first?.number ?? 0,
            name: first?.name ?? "",
            pose: {
              ...(first?.pose ?? { roll_deg: 0 }),
              azimuth_deg,
              horizontal_fov_deg,
              tilt_deg: fields.tilt_deg ?? 0,
            },
          },
          ...others,
        ];
  const credential = credentialOf(fields);
  return {
    name: fields.name.trim(),
    kind: fields.kind,
    position: { ...point, height_m, height_datum },
    presets,
    link: fields.link.address.trim() === "" ? null : fields.link,
    ...(credential === undefined ? {} : { credential }),
  };
}
