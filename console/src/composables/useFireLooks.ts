/** The flights that looked at one fire, and what they took; read anew when either changes. */

import { computed, onBeforeUnmount, ref, shallowRef, watch } from "vue";
import type { FlightRow } from "../api/flights";
import { http } from "../api/http";
import type { Imagery, ImageryHead } from "../api/imagery";
import { waits } from "../lib/imagery";
import { newestFirst } from "../lib/looks";
import { useLooks } from "./useLooks";
import { useWords } from "./useWords";

const FLIGHTS = 20;
const FILES = 50;
/** Of which pictures are shown; the others are in the flights' room. */
const SHOWN = 6;
/** While something is still to be looked at. */
const AGAIN_MS = 5000;

export function useFireLooks(fire: () => { incident_id: number; version: number }) {
  const { problemWords } = useWords();
  const { revision } = useLooks();
  const flights = shallowRef<readonly FlightRow[]>([]);
  const files = shallowRef<readonly ImageryHead[]>([]);
  const footage = shallowRef<readonly Imagery[]>([]);
  const failed = ref("");
  const queued = computed(() => files.value.filter((it) => it.state === "queued").length);
  let asked = 0;
  let timer: number | undefined;

  async function load(): Promise<void> {
    window.clearTimeout(timer);
    const mine = ++asked;
    const { incident_id } = fire();
    try {
      const [runs, page] = await Promise.all([http.flights({ incident_id, limit: FLIGHTS }), http.imageryList({ incident_id, limit: FILES })]);
      const scored = page.imagery.filter((it) => it.state === "scored" || it.state === "live").slice(0, SHOWN);
      const found = await Promise.all(scored.map((it) => http.imagery(it.imagery_id)));
      if (mine !== asked) return; // another fire was chosen meanwhile
      flights.value = newestFirst(runs.flights);
      files.value = page.imagery;
      footage.value = found;
      failed.value = "";
    } catch (problem) {
      if (mine === asked) failed.value = problemWords(problem);
    }
    if (mine === asked && waits(files.value)) timer = window.setTimeout(() => void load(), AGAIN_MS);
  }

  watch(
    () => fire().incident_id,
    () => {
      flights.value = [];
      files.value = [];
      footage.value = [];
      failed.value = "";
    },
  );
  watch(() => [fire().incident_id, fire().version, revision.value], () => void load(), { immediate: true });
  onBeforeUnmount(() => {
    asked += 1;
    window.clearTimeout(timer);
  });

  return { flights, files, footage, queued, failed, load };
}
