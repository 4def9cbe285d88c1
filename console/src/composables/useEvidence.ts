/** Which picture of the selected alert is shown, and how; shared by the panel and the large view. */

import { ref } from "vue";
import type { Alert } from "../api";

const index = ref(0);
const zoomed = ref(false);
const playing = ref(false);
/** Address of the recording that is shown instead of a picture. */
const video = ref<string | null>(null);
const boxes = ref(true);
const enlarged = ref(false);

/** Start an alert at its newest picture with a box. */
function clear(alert: Alert): void {
  const found = alert.evidence.findLastIndex((frame) => frame.boxes.length > 0);
  index.value = found === -1 ? Math.max(0, alert.evidence.length - 1) : found;
  zoomed.value = false;
  playing.value = false;
  video.value = null;
}

/** Show a recording; the same one again goes back to the pictures. */
function watchVideo(url: string): void {
  video.value = video.value === url ? null : url;
  playing.value = false;
}

function turn(alert: Alert, by: -1 | 1): void {
  playing.value = false;
  video.value = null;
  index.value = Math.min(alert.evidence.length - 1, Math.max(0, index.value + by));
}

export function useEvidence() {
  return { index, zoomed, playing, video, boxes, enlarged, clear, turn, watchVideo };
}
