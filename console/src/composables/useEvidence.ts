/** Which picture of each alert is shown, and how; shared by the panel and the large view. */

import { reactive, ref } from "vue";
import type { Alert } from "../api/alerts";

export interface EvidenceView {
  index: number;
  zoomed: boolean;
  playing: boolean;
  /** Address of the recording that is shown instead of a picture. */
  video: string | null;
}

const views = reactive(new Map<number, EvidenceView>());
const boxes = ref(true);
const enlarged = ref(false);

/** Every alert starts at its newest picture with a box. */
function start(alert: Alert): EvidenceView {
  const found = alert.evidence.findLastIndex((frame) => frame.boxes.length > 0);
  const index = found === -1 ? Math.max(0, alert.evidence.length - 1) : found;
  return { index, zoomed: false, playing: false, video: null };
}

function of(alert: Alert): EvidenceView {
  if (!views.has(alert.alert_id)) views.set(alert.alert_id, start(alert));
  return views.get(alert.alert_id)!;
}

/** Begin anew with an alert that is looked at. */
function clear(alert: Alert): void {
  Object.assign(of(alert), start(alert));
}

/** Show a recording; the same one again goes back to the pictures. */
function watchVideo(alert: Alert, url: string): void {
  const view = of(alert);
  view.video = view.video === url ? null : url;
  view.playing = false;
}

function turn(alert: Alert, by: -1 | 1): void {
  const view = of(alert);
  view.playing = false;
  view.video = null;
  view.index = Math.min(alert.evidence.length - 1, Math.max(0, view.index + by));
}

export function useEvidence() {
  return { of, boxes, enlarged, clear, turn, watchVideo };
}
