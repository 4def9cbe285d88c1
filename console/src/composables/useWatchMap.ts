/** The map's life: made once the site and its land are known, removed with the page. */

import { onBeforeUnmount, ref, type Ref, shallowRef, watch } from "vue";
import type { Site } from "../api/site";
import { Engine, ScaleControl } from "../map/engine";
import { heightAt } from "../map/relief";
import { baseStyle } from "../map/style";
import { useIncidents } from "./useIncidents";
import { useMapContents } from "./useMapContents";
import { useMapView } from "./useMapView";
import { useSite } from "./useSite";
import { useWords } from "./useWords";

/** Below this zoom camera names would cover each other. */
const NAMES_FROM_ZOOM = 9.6;

export interface Cursor {
  lon: number;
  lat: number;
  height_m: number | null;
}

export function useWatchMap(holder: Ref<HTMLElement | null>, chooseCamera: (id: string) => void) {
  const { t } = useWords();
  const { site, land } = useSite();
  const { selected } = useIncidents();

  const map = shallowRef<Engine | null>(null);
  const ready = ref(false);
  const failed = ref(false);
  const cursor = ref<Cursor | null>(null);
  const bearing_deg = ref(0);
  const named = ref(true);
  const view = useMapView(map);
  const contents = useMapContents({ named, chooseCamera, fit: view.fit });
  let gone = false;

  function make(container: HTMLElement, it: Site, style: Awaited<ReturnType<typeof baseStyle>>) {
    return new Engine({
      container,
      style,
      bounds: it.bounds,
      fitBoundsOptions: { padding: 12 },
      attributionControl: false,
      maxZoom: 16,
      maxPitch: 70,
      locale: { "Map.Title": t("map.region") },
    });
  }

  function listen(engine: Engine, it: Site): void {
    engine.on("rotate", () => (bearing_deg.value = engine.getBearing()));
    engine.on("zoom", () => (named.value = engine.getZoom() >= NAMES_FROM_ZOOM));
    engine.on("mouseout", () => (cursor.value = null));
    engine.on("mousemove", (event) => {
      const { lng: lon, lat } = event.lngLat;
      cursor.value = { lon, lat, height_m: cursor.value?.height_m ?? null };
      void heightAt(it, lon, lat).then((height_m) => {
        // An answer for a place that the cursor has left is dropped.
        if (cursor.value?.lon === lon && cursor.value.lat === lat)
          cursor.value = { lon, lat, height_m };
      });
    });
  }

  async function start(it: Site): Promise<void> {
    const style = await baseStyle(it);
    if (gone || holder.value === null || map.value !== null) return;
    let engine: Engine;
    try {
      engine = make(holder.value, it, style);
    } catch {
      failed.value = true;
      return;
    }
    map.value = engine;
    engine.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-right");
    listen(engine, it);
    await engine.once("load");
    if (gone) return;
    contents.furnish(engine, it);
    if (selected.value !== null) view.zoomToAlert();
    ready.value = true;
  }

  watch(
    [holder, site, land],
    () => {
      if (holder.value !== null && site.value !== null && land.value !== null)
        void start(site.value);
    },
    { immediate: true },
  );
  watch(
    () => selected.value?.incident_id,
    () => {
      if (ready.value) view.zoomToAlert();
    },
  );
  onBeforeUnmount(() => {
    gone = true;
    contents.stop();
    map.value?.remove();
  });

  return { map, ready, failed, cursor, bearing_deg, ...view };
}
