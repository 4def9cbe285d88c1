/** The map's life: made once, fed by the alerts, the cameras, the legend and the sweep. */

import { onBeforeUnmount, ref, shallowRef, watch, type Ref } from "vue";
import type { Alert, Camera, Layer, Site } from "../api";
import { metres } from "../lib/format";
import { boundsOf, distance, vertices } from "../lib/geodesy";
import { Engine, ScaleControl } from "../map/engine";
import { addFires, extentOf, fireFeatures, setFires, tiesOf } from "../map/fires";
import { addLand, LAYERS, showLand } from "../map/land";
import { cameraMarkers, fireMarkers, sideOf, tieMarkers } from "../map/markers";
import { heightAt } from "../map/relief";
import { baseStyle } from "../map/style";
import { addSweeps, setSweep } from "../map/sweeps";
import { SYMBOLS } from "../map/symbols";
import { addViews, setViews, showViews, viewFeatures, viewRadius } from "../map/views";
import { useAlerts } from "./useAlerts";
import { useCameras } from "./useCameras";
import { useLegend } from "./useLegend";
import { useSite } from "./useSite";
import { useSweep } from "./useSweep";
import { useWords } from "./useWords";

const NAMES_FROM_ZOOM = 9.6;
const PADDING = { top: 64, bottom: 96, left: 80, right: 90 };
const SWEEP_PANEL_PX = 300;
const LEGEND_PX = 150;

export interface Cursor {
  lon: number;
  lat: number;
  height_m: number | null;
}

export function useWatchMap(holder: Ref<HTMLElement | null>, chooseCamera: (id: string) => void) {
  const { t } = useWords();
  const { site, land } = useSite();
  const { working, selected, select } = useAlerts();
  const { cameras } = useCameras();
  const { shown, listed } = useLegend();
  const sweep = useSweep();

  const map = shallowRef<Engine | null>(null);
  const ready = ref(false);
  const failed = ref(false);
  const cursor = ref<Cursor | null>(null);
  const bearing_deg = ref(0);
  const tilted = ref(false);
  const named = ref(true);

  function farOf(it: Site): number {
    const [west, south, east, north] = it.bounds;
    return distance([west, south], [east, north]) * 0.5;
  }

  async function start(it: Site): Promise<void> {
    let engine: Engine;
    const style = await baseStyle(it);
    if (holder.value === null) return;
    try {
      engine = new Engine({
        container: holder.value,
        style,
        bounds: it.bounds,
        fitBoundsOptions: { padding: 12 },
        attributionControl: false,
        maxZoom: 16,
        maxPitch: 70,
        locale: { "Map.Title": t("map.region") },
      });
    } catch {
      failed.value = true;
      return;
    }
    map.value = engine;
    engine.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-right");
    engine.on("rotate", () => (bearing_deg.value = engine.getBearing()));
    engine.on("zoom", () => (named.value = engine.getZoom() >= NAMES_FROM_ZOOM));
    engine.on("mousemove", (event) => {
      const { lng: lon, lat } = event.lngLat;
      cursor.value = { lon, lat, height_m: cursor.value?.height_m ?? null };
      void heightAt(it, lon, lat).then((height_m) => {
        if (cursor.value?.lon === lon && cursor.value.lat === lat)
          cursor.value = { lon, lat, height_m };
      });
    });
    engine.on("mouseout", () => (cursor.value = null));
    await engine.once("load");
    furnish(engine, it);
  }

  function furnish(engine: Engine, it: Site): void {
    addViews(engine);
    if (land.value !== null) addLand(engine, land.value);
    addSweeps(engine);
    addFires(engine);
    const far_m = farOf(it);
    const radius_m = viewRadius(it.bounds);
    const showCameras = cameraMarkers(engine, chooseCamera);
    const showFires = fireMarkers(engine, select);
    const showTies = tieMarkers(engine);
    let drawn_views = "";

    engine.on("click", "land-forest_belt", (event) => {
      const code = event.features?.[0]?.properties["code"] as string | undefined;
      if (sweep.open.value && code !== undefined) sweep.choose(code);
    });
    for (const kind of ["mouseenter", "mouseleave"] as const)
      engine.on(kind, "land-forest_belt", () => {
        engine.getCanvas().style.cursor = kind === "mouseenter" && sweep.open.value ? "pointer" : "";
      });

    const now = { immediate: true };
    watch(
      [cameras, named, () => shown.cameras, () => t("map.cameras")],
      () => {
        const all: Camera[] = shown.cameras ? cameras.value : [];
        showCameras(
          all.map((camera) => ({
            camera,
            words: `${camera.name} · ${t(`camera_state.${camera.state}`)}`,
            named: named.value,
          })),
        );
        // Cameras are read every two seconds, but their views change only with their state.
        const views = viewFeatures(all, radius_m);
        const text = JSON.stringify(views);
        if (text !== drawn_views) setViews(engine, views);
        drawn_views = text;
        showViews(engine, shown.cameras);
      },
      now,
    );
    watch(
      [working, selected, () => t("map.best")],
      () => {
        const listed: Alert[] = [...working.value];
        const chosen = selected.value;
        if (chosen !== null && !listed.some((alert) => alert.alert_id === chosen.alert_id))
          listed.push(chosen);
        setFires(engine, fireFeatures(working.value, chosen, far_m));
        showFires(
          listed.map((alert) => ({
            alert,
            selected: alert.alert_id === chosen?.alert_id,
            words: `#${alert.alert_id} ${t(`label.${alert.label}`)} · ${t(`state.${alert.state}`)}`,
          })),
        );
        showTies(
          (chosen === null ? [] : tiesOf(chosen)).map((tie) => ({
            key: tie.layer,
            at: tie.to,
            side: sideOf(tie.bearing_deg),
            text: `${t(`layer.${tie.layer}`)} ${metres(tie.distance_m)}`,
            colour: SYMBOLS[tie.layer].colour,
          })),
        );
      },
      now,
    );
    watch(() => selected.value?.alert_id, zoomToAlert, now);
    watch(sweep.plan, (plan) => {
      setSweep(engine, plan);
      if (plan !== null) fit(plan.footprint_lonlat);
    }, now);
    watch(
      shown,
      () => {
        for (const layer of LAYERS as readonly Layer[]) showLand(engine, layer, shown[layer]);
        for (const id of ["relief-tint", "relief-shade"])
          if (engine.getLayer(id) !== undefined)
            engine.setLayoutProperty(id, "visibility", shown.terrain ? "visible" : "none");
      },
      { immediate: true, deep: true },
    );
    ready.value = true;
  }

  function fit(points: [number, number][]): void {
    const bounds = boundsOf(points);
    if (bounds === null) return;
    const beside = sweep.open.value ? SWEEP_PANEL_PX : listed.value ? LEGEND_PX : 0;
    const left = PADDING.left + beside;
    map.value?.fitBounds(bounds, { padding: { ...PADDING, left }, maxZoom: 13.5, duration: 700 });
  }

  let close_up = false;
  let shown_id: number | null = null;

  /** The whole answer first; asked again, the place itself. */
  function zoomToAlert(): void {
    const alert = selected.value;
    if (alert === null || site.value === null) return;
    close_up = !close_up && alert.fix.clusters.length > 0 && shown_id === alert.alert_id;
    shown_id = alert.alert_id;
    if (close_up) fit(alert.fix.clusters.flatMap((cluster) => cluster.outline_lonlat));
    else fit(extentOf(alert, farOf(site.value)));
  }

  function zoomToSite(): void {
    const it = site.value;
    if (it !== null) map.value?.fitBounds(it.bounds, { padding: 12, duration: 700, bearing: 0 });
  }

  /** Look at the selected belt of the sweep panel. */
  function zoomToBelt(code: string): void {
    const belt = sweep.belts.value.find((it) => it.properties.code === code);
    if (belt !== undefined) fit(vertices(belt.geometry));
  }

  function tilt(): void {
    const engine = map.value;
    if (engine === null) return;
    tilted.value = !tilted.value;
    engine.setTerrain(tilted.value ? { source: "ground", exaggeration: 1.3 } : null);
    engine.easeTo({ pitch: tilted.value ? 58 : 0, bearing: tilted.value ? engine.getBearing() : 0, duration: 700 });
  }

  function flyTo(lon: number, lat: number): void {
    map.value?.easeTo({ center: [lon, lat], zoom: Math.max(11.5, map.value.getZoom()), duration: 600 });
  }

  watch([holder, site, land], () => {
    if (holder.value !== null && site.value !== null && land.value !== null && map.value === null)
      void start(site.value);
  }, { immediate: true });

  onBeforeUnmount(() => map.value?.remove());

  return { map, ready, failed, cursor, bearing_deg, tilted, tilt, zoomToAlert, zoomToSite, zoomToBelt, flyTo };
}
