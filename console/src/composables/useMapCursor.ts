/** Where the pointer is over a map, and how high the ground is there. */

import { ref } from "vue";
import type { Site } from "../api/site";
import type { Engine } from "../map/engine";
import { heightAt } from "../map/relief";

export interface Cursor {
  lon: number;
  lat: number;
  height_m: number | null;
}

export function useMapCursor() {
  const cursor = ref<Cursor | null>(null);

  function follow(engine: Engine, site: Site): void {
    engine.on("mouseout", () => (cursor.value = null));
    engine.on("mousemove", ({ lngLat: { lng: lon, lat } }) => {
      cursor.value = { lon, lat, height_m: cursor.value?.height_m ?? null };
      void heightAt(site, lon, lat).then((height_m) => {
        // An answer for a place that the cursor has left is dropped.
        if (cursor.value?.lon === lon && cursor.value.lat === lat) cursor.value = { lon, lat, height_m };
      });
    });
  }

  return { cursor, follow };
}
