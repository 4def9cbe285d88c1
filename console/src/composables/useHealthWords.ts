/** How a camera is, in words: by the code of its trouble, the server's own words otherwise. */

import type { Camera } from "../api/cameras";
import { SLOW_LANE } from "../lib/states";
import { usePoseWords } from "./usePoseWords";
import { useWords } from "./useWords";

const TENTHS_BELOW_S = 10;

/** What is the matter, and what somebody should do about it; the latter may be empty. */
export interface Finding {
  what: string;
  todo: string;
}

export function useHealthWords() {
  const { t, te, age, moment, todo } = useWords();
  const { poseFindings } = usePoseWords();

  /** The key under which the state's own advice stands. */
  function stateKey(camera: Camera): string {
    if (camera.state === "disabled" && !camera.linked) return "disabled_unlinked";
    return camera.state;
  }

  /** One sentence: what is the matter. */
  function mainWords(camera: Camera): string {
    if (camera.state === "stale")
      return t("health.stale", { age: camera.received_at === null ? "" : age(camera.received_at) });
    if (camera.state === "lost" || camera.state === "degraded") {
      const key = `trouble.${camera.trouble_code}`;
      return te(key) ? t(key) : t("health.unknown", { words: camera.trouble });
    }
    return t(`health.${stateKey(camera)}`);
  }

  /** The state first, then what its pictures suffer from without being worthless. */
  function findings(camera: Camera): Finding[] {
    const troubled = camera.state === "lost" || camera.state === "degraded";
    const seeing = !["lost", "ended", "disabled"].includes(camera.state);
    const suffers = seeing ? camera.conditions : []; // of the last picture, which may be a week old
    const all = suffers.map((it) => ({ what: t(`condition.${it}`), todo: todo(it) }));
    // Whose pictures suffer from something is not told to be fine in the same breath.
    if (camera.state !== "live" || all.length === 0) {
      const code = troubled ? camera.trouble_code : stateKey(camera);
      all.unshift({ what: mainWords(camera), todo: todo(code) });
    }
    if (camera.state === "lost" && SLOW_LANE.has(camera.trouble_code))
      all.push({ what: t("health.slow_lane"), todo: "" });
    if (camera.hanging > 0)
      all.push({ what: t("health.hanging", { count: camera.hanging }), todo: todo("hanging") });
    return [...all, ...poseFindings(camera)];
  }

  /** What else is known, each in a few words. */
  function moreWords(camera: Camera): string[] {
    const words = [];
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
    return words;
  }

  /** How many pictures were refused, by reason. */
  function dropWords(camera: Camera): string[] {
    return Object.entries(camera.frames_dropped)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => {
        const key = te(`drop.${reason}`) ? `drop.${reason}` : "drop.other";
        return `${t(key, { reason })} ${count}`;
      });
  }

  /** How many were watched although they suffer from something, by what. */
  function saidWords(camera: Camera): string[] {
    return Object.entries(camera.frames_said)
      .filter(([, count]) => count > 0)
      .map(([condition, count]) => `${t(`condition.${condition}`)} ${count}`);
  }

  return { findings, moreWords, dropWords, saidWords };
}
