/** The room of replays: whether it is open, which part of it, and which run is looked at. */

import { readonly, ref } from "vue";

export const REPLAY_TABS = ["runs", "library", "models", "learning"] as const;
export type ReplayTab = (typeof REPLAY_TABS)[number];

const open = ref(false);
const tab = ref<ReplayTab>("runs");
/** The replay that is looked at; null for none. */
const run_id = ref<number | null>(null);
/** The recording that is looked at; null for none. */
const footage_id = ref<number | null>(null);
/** Rises with every event of a replay, and of a model. */
const replays_heard = ref(0);
const models_heard = ref(0);

export function useReplayRoom() {
  return {
    open: readonly(open),
    tab,
    run_id,
    footage_id,
    replays_heard: readonly(replays_heard),
    models_heard: readonly(models_heard),
    show: () => (open.value = true),
    hide: () => (open.value = false),
    hear: (kind: "replay" | "model") => (kind === "replay" ? (replays_heard.value += 1) : (models_heard.value += 1)),
    /** To a recording, from wherever it is named. */
    at_footage: (id: number) => {
      tab.value = "library";
      footage_id.value = id;
    },
    /** To a replay, likewise. */
    at_run: (id: number) => {
      tab.value = "runs";
      run_id.value = id;
    },
  };
}
