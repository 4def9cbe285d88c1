/** The map of the flights' room: the chosen flight, and who is in the air. */

import { computed, type Ref, watch } from "vue";
import { boundsOf, vertices } from "../lib/geodesy";
import { aircraftMarks, flightFeatures } from "../lib/flightShapes";
import type { Engine } from "../map/engine";
import { addFlight, aircraftMarkers, setFlight } from "../map/flights";
import { addLand } from "../map/land";
import { useFlights } from "./useFlights";
import { useFlightWords } from "./useFlightWords";
import { useMapEngine } from "./useMapEngine";
import { useSite } from "./useSite";

const FIT = { padding: 48, duration: 500, maxZoom: 15.5 };
const NOW = { immediate: true };

export function useFlightMap(holder: Ref<HTMLElement | null>) {
  const { t, now } = useFlightWords();
  const { land } = useSite();
  const { chosen, track, aircraft, choose } = useFlights();
  const { map, ready, failed } = useMapEngine(holder, {
    view: (it) => ({ bounds: it.bounds }),
    furnish: (engine) => {
      if (land.value !== null) addLand(engine, land.value);
      addFlight(engine);
      feed(engine);
    },
  });
  /** The flight that the map has come to; its track grows without the map moving. */
  let fitted: number | null = null;

  const features = computed(() => flightFeatures(track.value));
  const marks = computed(() => aircraftMarks(aircraft.value?.aircraft ?? [], now.value));

  function fit(): void {
    const id = chosen.value?.run_id ?? null;
    if (id === null || id === fitted) return;
    const bounds = boundsOf(features.value.flatMap((it) => vertices(it.geometry)));
    if (bounds === null) return;
    fitted = id;
    map.value?.resize(); // the flight beside it has just taken its room
    map.value?.fitBounds(bounds, FIT);
  }

  function feed(engine: Engine): void {
    watch(features, (now_shown) => {
      setFlight(engine, now_shown);
      fit();
    }, NOW);
    watch(chosen, (it) => {
      if (it === null) fitted = null;
    });
    const show = aircraftMarkers(engine, (mark) => choose(mark.run_id), (mark) => (mark.old ? t("flights.last_heard_here", { name: mark.text }) : mark.text));
    watch(marks, (told) => show(told), NOW);
  }

  return { map, ready, failed };
}
