/** The watch's map: what is on it, and where it looks. */

import { onBeforeUnmount, ref, type Ref, watch } from "vue";
import { useIncidents } from "./useIncidents";
import { useMapContents } from "./useMapContents";
import { useMapCursor } from "./useMapCursor";
import { useMapEngine } from "./useMapEngine";
import { useMapView } from "./useMapView";

/** Below this zoom camera names would cover each other. */
const NAMES_FROM_ZOOM = 9.6;

export function useWatchMap(holder: Ref<HTMLElement | null>, chooseCamera: (id: string) => void) {
  const { selected } = useIncidents();

  const bearing_deg = ref(0);
  const named = ref(true);
  const { cursor, follow } = useMapCursor();
  const { map, ready, failed } = useMapEngine(holder, {
    view: (it) => ({ bounds: it.bounds, maxZoom: 16, maxPitch: 70, dragRotate: true }),
    furnish: (engine, it) => {
      engine.on("rotate", () => (bearing_deg.value = engine.getBearing()));
      engine.on("zoom", () => (named.value = engine.getZoom() >= NAMES_FROM_ZOOM));
      follow(engine, it);
      contents.furnish(engine, it);
      if (selected.value !== null) view.zoomToAlert();
    },
  });
  const view = useMapView(map);
  const contents = useMapContents({ named, chooseCamera, fit: view.fit });

  watch(
    () => selected.value?.incident_id,
    () => {
      if (ready.value) view.zoomToAlert();
    },
  );
  onBeforeUnmount(contents.stop);

  return { map, ready, failed, cursor, bearing_deg, ...view };
}
