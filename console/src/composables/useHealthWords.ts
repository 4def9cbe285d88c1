/** How a camera is, in words: by the code of its trouble, the server's own words otherwise. */

import type { Camera } from "../api";
import { useWords } from "./useWords";

const TENTHS_BELOW_S = 10;

export function useHealthWords() {
  const { t, te, age, moment } = useWords();

  /** One sentence: what is the matter. */
  function mainWords(camera: Camera): string {
    if (camera.state === "stale")
      return t("health.stale", { age: camera.received_at === null ? "" : age(camera.received_at) });
    if (camera.state === "disabled")
      return t(camera.linked ? "health.disabled" : "health.disabled_unlinked");
    if (camera.state === "lost" || camera.state === "degraded") {
      const key = `trouble.${camera.trouble_code}`;
      return te(key) ? t(key) : t("health.unknown", { words: camera.trouble });
    }
    return t(`health.${camera.state}`);
  }

  /** What else is known, each in a few words. */
  function moreWords(camera: Camera): string[] {
    const words = camera.conditions.map((condition) => t(`condition.${condition}`));
    if (camera.since !== null && camera.state !== "live")
      words.push(t("health.since", { time: moment(camera.since, false) }));
    if (camera.next_attempt_at !== null)
      words.push(t("health.next", { time: moment(camera.next_attempt_at) }));
    if (camera.light !== null) words.push(t(`light.${camera.light}`));
    if (camera.usual_gap_s !== null && camera.state === "live") {
      const gap = camera.usual_gap_s.toFixed(camera.usual_gap_s < TENTHS_BELOW_S ? 1 : 0);
      words.push(t("health.every", { gap }));
    }
    if (camera.reconnects > 0) words.push(t("health.reconnects", { count: camera.reconnects }));
    if (camera.hanging > 0) words.push(t("health.hanging", { count: camera.hanging }));
    return words;
  }

  return { mainWords, moreWords };
}
