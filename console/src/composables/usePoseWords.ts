/** How far presets look beside where they were calibrated, and which could not be checked. */

import type { Camera, PoseFlag } from "../api/cameras";
import type { Finding } from "./useHealthWords";
import { useWords } from "./useWords";

const LEAST_DEG = 0.02;
const LEAST_ZOOM = 0.002;
const PERCENT = 100;

export function usePoseWords() {
  const { t, moment } = useWords();

  function presetWords(camera: Camera, flag: PoseFlag): string {
    if (camera.presets.length < 2) return t("pose.camera");
    return t("pose.preset", { number: flag.preset, name: flag.name });
  }

  /** Those of its angles that matter, and the largest in any case. */
  function offsetWords(flag: PoseFlag): string {
    const angles: [number, string, string][] = [
      [flag.azimuth_off_deg, "pose.right", "pose.left"],
      [flag.tilt_off_deg, "pose.up", "pose.down"],
      [flag.roll_off_deg, "pose.clockwise", "pose.anticlockwise"],
    ];
    const words = angles
      .filter(([off]) => Math.abs(off) >= LEAST_DEG)
      .map(([off, more, less]) => t(off > 0 ? more : less, { angle: `${Math.abs(off).toFixed(2)}°` }));
    if (Math.abs(flag.zoom_off) >= LEAST_ZOOM) {
      const share = `${(PERCENT * Math.abs(flag.zoom_off)).toFixed(1)} %`;
      words.push(t(flag.zoom_off > 0 ? "pose.nearer" : "pose.wider", { share }));
    }
    return words.join(t("pose.and"));
  }

  /** What is the matter with where it looks. */
  function poseFindings(camera: Camera): Finding[] {
    return camera.poses.map((flag) => {
      const preset = presetWords(camera, flag);
      if (flag.kind === "drifted") {
        const what = t("pose.drifted", { preset, offsets: offsetWords(flag) });
        return { what, todo: t("pose.todo_drifted") };
      }
      if (flag.kind === "heat_drifted" || flag.kind === "heat_unchecked") {
        const what = t(`pose.${flag.kind}`, { preset, time: moment(flag.at, false) });
        return { what, todo: t(`pose.todo_${flag.kind}`) };
      }
      const why = t(`pose_unknown.${flag.why ?? "no_pictures"}`);
      const what = t("pose.unchecked", { preset, time: moment(flag.at, false), why });
      return { what, todo: t("pose.todo_unchecked") };
    });
  }

  return { poseFindings };
}
