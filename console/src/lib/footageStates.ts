/** Glyph and class of each kind and state of a recording; the word stands beside them. */

import type { FootageKind, FootageState } from "../api/footage";
import type { IconName } from "./icons";

export const FOOTAGE_GLYPH: Record<FootageState, IconName> = { queued: "clock", ready: "check", refused: "caution" };
export const FOOTAGE_CLASS: Record<FootageState, string> = { queued: "quiet", ready: "said-good", refused: "said-bad" };
export const KIND_GLYPH: Record<FootageKind, IconName> = { video: "play", pictures: "picture", ring: "camera", drone: "drone" };
