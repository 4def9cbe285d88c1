/** What is said of a run, in the reader's language. */

import type { Replay, ReplayHeadline } from "../../../api/replays";
import { useWords } from "../../../composables/useWords";
import { paceOf } from "../../../lib/replayRuns";

export function useRunWords() {
  const { t, te } = useWords();

  /** What is played, in a line. */
  function contents(run: Replay): string {
    const said: string[] = [];
    if (run.footage.length > 0) said.push(t("replay_runs.recordings", { count: run.footage.length }));
    if (run.drill_fires > 0) said.push(t("replay_runs.drills", { count: run.drill_fires }));
    if (run.every > 1) said.push(t("replay_runs.every_of", { count: run.every }));
    if (run.fps !== null) said.push(t("replay_runs.fps_of", { rate: run.fps }));
    if (run.gate_id !== null) said.push(t("replay_runs.of_gate", { number: run.gate_id }));
    return said.join(" · ");
  }

  /** What came of it, in a line. */
  function headline(it: ReplayHeadline): string {
    const days = it.camera_days < 0.1 ? it.camera_days.toFixed(4) : it.camera_days.toFixed(2);
    const said = [it.fires > 0 ? t("replay_runs.found", { found: it.found, fires: it.fires }) : t("replay_runs.no_fires"), t("replay_runs.false_alarms", { count: it.false_alarms, days })];
    if (it.frames_per_s !== null) said.push(t("replay_runs.pace", { rate: paceOf(it.frames_per_s) }));
    if (it.refused > 0) said.push(t("replay_runs.refused", { count: it.refused }));
    return said.join(" · ");
  }

  /** Why nothing came of it: by its code, else in the server's own words. */
  function refusal(run: Replay): string {
    const key = `replay_refusal.${run.code}`;
    return te(key) ? t(key) : [run.message, run.remedy].filter(Boolean).join(" ");
  }

  return { contents, headline, refusal };
}
