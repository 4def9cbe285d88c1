/** Colour and glyph of each state. Colour never stands alone: the glyph and the word say it too. */

import type { CameraState } from "../api/cameras";
import type { FireState } from "../api/shared";
import type { IconName } from "./icons";

/** Tones that stay apart for red-green and blue-yellow blindness (after Okabe and Ito). */
export const FIRE_COLOUR: Record<FireState, string> = {
  open: "#ff8a3d",
  acknowledged: "#5fb8f0",
  confirmed: "#ff5f87",
  dispatched: "#e58bd6",
  arrived: "#b79bff",
  controlled: "#35c6a0",
  dismissed: "#a7b5b9",
  closed: "#8d9ba0",
};

export const FIRE_GLYPH: Record<FireState, IconName> = {
  open: "state-open",
  acknowledged: "state-acknowledged",
  confirmed: "state-confirmed",
  dispatched: "state-dispatched",
  arrived: "state-arrived",
  controlled: "state-controlled",
  dismissed: "state-dismissed",
  closed: "state-closed",
};

/** The way of a fire, in order; a step may pass over those that did not happen. */
export const FIRE_WAY = ["confirmed", "dispatched", "arrived", "controlled", "closed"] as const;

/** States that need nobody any more; every other one stays listed, whatever its age. */
export const SETTLED: ReadonlySet<FireState> = new Set(["closed", "dismissed"]);

export const CAMERA_COLOUR: Record<CameraState, string> = {
  live: "#35c6a0",
  connecting: "#5fb8f0",
  degraded: "#f2cb4e",
  stale: "#f2a65a",
  lost: "#ff7a6b",
  ended: "#8c9aa0",
  disabled: "#5d6b71",
};

/** States in which the picture is not the world as it is now. */
export const CAMERA_TROUBLE: ReadonlySet<CameraState> = new Set(["degraded", "stale", "lost"]);

/** Troubles after which a camera is asked seldom, so that nobody is locked out. */
export const SLOW_LANE: ReadonlySet<string> = new Set([
  "source_refused",
  "camera_login",
  "camera_address",
  "camera_redirect",
  "camera_certificate",
  "camera_profile",
  "credentials_refused",
  "access_refused",
  "no_such_stream",
  "address_unusable",
  "address_scheme",
  "address_unreadable",
  "address_ambiguous",
  "transport_refused",
  "no_video",
]);
