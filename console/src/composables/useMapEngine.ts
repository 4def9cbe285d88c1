/** A map's life: made once its place on the page, the site and its land are there, removed with the page. */

import type { MapOptions } from "maplibre-gl";
import { effectScope, onBeforeUnmount, ref, type Ref, shallowRef, watch } from "vue";
import type { Site } from "../api/site";
import { Engine, ScaleControl } from "../map/engine";
import { baseStyle } from "../map/style";
import { useSite } from "./useSite";
import { useWords } from "./useWords";

interface Wishes {
  /** Where it opens, and what of the usual is otherwise; null while nobody can say. */
  view: (site: Site) => Partial<MapOptions> | null;
  /** Layers, listeners and watchers; what watches ends with the map. */
  furnish: (engine: Engine, site: Site) => void;
}

export function useMapEngine(holder: Ref<HTMLElement | null>, { view, furnish }: Wishes) {
  const { t } = useWords();
  const { site, land } = useSite();
  const map = shallowRef<Engine | null>(null);
  const ready = ref(false);
  const failed = ref(false);
  const scope = effectScope();
  let gone = false;

  async function start(it: Site): Promise<void> {
    try {
      const style = await baseStyle(it);
      const opens = view(it);
      if (gone || holder.value === null || map.value !== null || opens === null) return;
      const usual = { fitBoundsOptions: { padding: 12 }, attributionControl: false as const, maxZoom: 17, dragRotate: false };
      const engine = new Engine({ container: holder.value, style, ...usual, locale: { "Map.Title": t("map.region") }, ...opens });
      map.value = engine;
      engine.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-right");
      await engine.once("load");
      if (gone) return;
      scope.run(() => furnish(engine, it));
      ready.value = true;
    } catch {
      failed.value = true;
    }
  }

  watch(() => holder.value !== null && site.value !== null && land.value !== null && view(site.value) !== null, (known) => {
    if (known && map.value === null) void start(site.value!);
  }, { immediate: true });
  onBeforeUnmount(() => {
    gone = true;
    scope.stop();
    map.value?.remove();
  });

  return { map, ready, failed };
}
