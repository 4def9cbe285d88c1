/** Footage, its gaps and its finds in the reader's language. */

import type { ImageryHead, ImageryHit } from "../api/imagery";
import { Problem } from "../api/transport";
import { degrees, metres } from "../lib/format";
import { gapsOf, momentIn, placedOf, takenLive } from "../lib/imagery";
import { useWords } from "./useWords";

export function useImageryWords() {
  const words = useWords();
  const { t, te, moment, problemWords } = words;
  const said = (key: string, otherwise: string): string => (te(key) ? t(key) : otherwise);

  const kindWords = (kind: string): string => said(`imagery_kind.${kind}`, kind);
  const attitudeWords = (attitude: string | null): string => said(`attitude_source.${attitude ?? "none"}`, attitude ?? "");
  const gapWords = (gap: string): string => said(`look_gap.${gap}`, gap);
  /** Each gap in a sentence; empty where nothing is missing. */
  const lacks = (footage: ImageryHead, hit: ImageryHit | null = null): string[] => gapsOf(footage, hit).map(gapWords);
  /** `29.00123, 106.65012 ± 42 m`; empty where it has no place. */
  const placeWords = (hit: ImageryHit): string => {
    const at = placedOf(hit);
    if (at === null) return "";
    const place = `${degrees(at[1])}, ${degrees(at[0])}`;
    return hit.radius_m === null ? place : t("imagery.within", { place, radius: metres(hit.radius_m) });
  };
  /** When a find was seen: of a live picture by the clock, of a video from its beginning; empty of a still. */
  const seenWords = (footage: ImageryHead, hit: ImageryHit): string => {
    const live = takenLive(footage, hit);
    return live === null ? momentIn(footage, hit) : moment(live);
  };
  /** Why a file was not taken: by its code, otherwise in the server's words. */
  const refusalWords = (it: ImageryHead): string => problemWords(new Problem({ code: it.code, detail: it.message, remedy: it.remedy }));

  return { ...words, kindWords, attitudeWords, gapWords, lacks, placeWords, seenWords, refusalWords };
}
