/** Two cameras of one head, of light and of heat: which belong together, by what rule, and where their pictures meet. */

import { answerTo, call } from "./transport";

/** See `models/dual.py`; the first is how every pair begins. */
export const AGREEMENT_RULES = ["any", "both", "heat_first"] as const;
export type AgreementRule = (typeof AGREEMENT_RULES)[number];
export type RegistrationSource = "targets" | "mutual" | "lenses";
export type RegistrationState = "good" | "unchecked" | "drifted";

/** Where the picture of heat lies in the visible one, at one preset. */
export interface Registration {
  preset: number;
  preset_name: string;
  state: RegistrationState;
  source: RegistrationSource;
  /** 0 to 1. */
  score: number;
  /** Standard deviation of a place, share of the visible picture's width. */
  doubt_share: number;
  /** Homography by rows, from shares of the thermal picture to shares of the visible one. */
  matrix: number[];
  made_at: string;
  checked_at: string | null;
}

export interface DualPair {
  visible_id: string;
  visible_name: string;
  thermal_id: string;
  thermal_name: string;
  rule: AgreementRule;
  registrations: Registration[];
}

/** One thing in both pictures, shares of each from its upper left corner. */
export interface TargetPair {
  thermal: [number, number];
  visible: [number, number];
}

export interface DualPicture {
  picture: Blob;
  captured_at: string | null;
}

/** Both pictures are decoded, and one is laid on the other from coarse to fine. */
const REGISTER_WAIT_MS = 60_000;

const of = (visible_id: string): string => `/api/cameras/${encodeURIComponent(visible_id)}/dual`;

async function picture(path: string, signal: AbortSignal): Promise<DualPicture> {
  const response = await answerTo(path, { signal, cache: "no-store" });
  return { picture: await response.blob(), captured_at: response.headers.get("Firewatch-Captured-At") };
}

export const dualCalls = {
  duals: () => call<{ pairs: DualPair[] }>("GET", "/api/duals"),
  pairCameras: (visible_id: string, thermal_id: string, rule: AgreementRule) =>
    call<unknown>("PUT", of(visible_id), { thermal_id, rule }),
  unpairCameras: (visible_id: string) => call<void>("DELETE", of(visible_id)),
  registerTargets: (visible_id: string, preset: number, pairs: TargetPair[]) =>
    call<Registration>("POST", `${of(visible_id)}/${preset}/targets`, { pairs }),
  registerPictures: (visible_id: string, preset: number) =>
    call<Registration>("POST", `${of(visible_id)}/${preset}/register`, undefined, REGISTER_WAIT_MS),
  dualThermal: (visible_id: string, preset: number, signal: AbortSignal) => picture(`${of(visible_id)}/${preset}/thermal.png`, signal),
  dualVisible: (visible_id: string, preset: number, signal: AbortSignal) => picture(`${of(visible_id)}/${preset}/visible.jpg`, signal),
};
