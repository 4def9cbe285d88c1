/** Parts of pictures that are painted over or not looked at. */

import { call } from "./transport";

export type MaskKind = "privacy" | "nuisance";

export interface MaskShape {
  polygon: [number, number][];
  expires_at: string | null;
  fov_min_deg: number | null;
  fov_max_deg: number | null;
  note: string;
}

export interface MaskRequest extends MaskShape {
  camera_id: string;
  preset: number;
  kind: MaskKind;
}

export interface Mask extends MaskRequest {
  mask_id: number;
  author: string;
  created_at: string;
  ended_by: string;
  ended_at: string | null;
  /** Of the picture, as it was drawn. */
  share: number;
  is_over: boolean;
}

export const maskCalls = {
  masks: (id: string) =>
    call<{ masks: Mask[] }>("GET", `/api/masks?camera_id=${encodeURIComponent(id)}&over=true`),
  drawMask: (request: MaskRequest) => call<Mask>("POST", "/api/masks", request),
  redrawMask: (id: number, shape: MaskShape) => call<Mask>("PUT", `/api/masks/${id}`, shape),
  endMask: (id: number) => call<Mask>("POST", `/api/masks/${id}/end`),
};
