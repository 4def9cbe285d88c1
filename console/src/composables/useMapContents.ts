/** What the map shows, kept in step with the alerts, the cameras, the legend and the sweep. */

import { effectScope, type Ref, watch } from "vue";
import type { Camera, LonLat, Site } from "../api";
import { metres } from "../lib/format";
import { addCrossings, crossingFeatures, setCrossings } from "../map/crossings";
import type { Engine } from "../map/engine";
import { addFires, fireFeatures, setFires, tiesOf } from "../map/fires";
import { addLand, LAYERS, showLand } from "../map/land";
import { cameraMarkers, fireMarkers, sideOf, tieMarkers } from "../map/markers";
import { addSweeps, setSweep } from "../map/sweeps";
import { SYMBOLS } from "../map/symbols";
import { addViews, setViews, showViews, viewFeatures, viewRadius } from "../map/views";
import { addPlaceSight, setCoverage, setPlaceSight } from "../map/coverage";
import { useAlerts } from "./useAlerts";
import { useCameras } from "./useCameras";
import { useCrossing } from "./useCrossing";
import { useCoverage } from "./useCoverage";
import { useLegend } from "./useLegend";
import { farOf } from "./useMapView";
import { useObservations } from "./useObservations";
import { usePlaceSight } from "./usePlaceSight";
import { useSite } from "./useSite";
import { useSweep } from "./useSweep";
import { useWords } from "./useWords";

const NOW = { immediate: true };
const PANEL_PX = [400, 460] as const;

interface Wishes {
  named: Ref<boolean>;
  chooseCamera: (id: string) => void;
  fit: (points: LonLat[]) => void;
}

export function useMapContents({ named, chooseCamera, fit }: Wishes) {
  const { t } = useWords();
  const { land } = useSite();
  const { working, selected, select } = useAlerts();
  const { cameras } = useCameras();
  const { shown } = useLegend();
  const sweep = useSweep();
  const coverage = useCoverage();
  const asking = usePlaceSight();
  const { match, weights, witness } = useCrossing();
  const observations = useObservations();
  // The engine is ready long after set-up: its watchers are gathered, and stopped with the page.
  const scope = effectScope();

  function feedCameras(engine: Engine, site: Site): void {
    const show = cameraMarkers(engine, chooseCamera);
    const radius_m = viewRadius(site.bounds);
    let drawn = "";
    const draw = () => {
      const all: Camera[] = shown.cameras ? cameras.value : [];
      show(
        all.map((camera) => ({
          camera,
          words: `${camera.name} · ${t(`camera_state.${camera.state}`)}`,
          named: named.value,
        })),
      );
      // Cameras are read every two seconds, but their views change only with their state.
      const views = viewFeatures(all, radius_m);
      const text = JSON.stringify(views);
      if (text !== drawn) setViews(engine, views);
      drawn = text;
      showViews(engine, shown.cameras);
    };
    watch([cameras, named, () => shown.cameras, () => t("map.cameras")], draw, NOW);
  }

  function feedFires(engine: Engine, site: Site): void {
    const showFires = fireMarkers(engine, select);
    const showTies = tieMarkers(engine);
    const far_m = farOf(site);
    const draw = () => {
      const chosen = selected.value;
      const listed = [...working.value];
      if (chosen !== null && !listed.some((alert) => alert.alert_id === chosen.alert_id))
        listed.push(chosen);
      setFires(engine, fireFeatures(working.value, chosen, far_m, weights.value));
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
    };
    watch([working, selected, weights, () => t("map.best")], draw, NOW);
  }

  function feedCrossings(engine: Engine): void {
    const draw = () => setCrossings(engine, crossingFeatures(match.value, witness, observations.shown.value));
    watch([match, observations.shown], draw, NOW);
    engine.on("click", (event) => {
      if (observations.picking.value) observations.pick([event.lngLat.lng, event.lngLat.lat]);
    });
    watch(observations.picking, (picks) => (engine.getCanvas().style.cursor = picks ? "crosshair" : ""));
  }

  function feedSweep(engine: Engine): void {
    engine.on("click", "land-forest_belt", (event) => {
      const code = event.features?.[0]?.properties["code"] as string | undefined;
      if (sweep.open.value && code !== undefined) sweep.choose(code);
    });
    for (const kind of ["mouseenter", "mouseleave"] as const)
      engine.on(kind, "land-forest_belt", () => {
        const over = kind === "mouseenter" && sweep.open.value;
        engine.getCanvas().style.cursor = over ? "pointer" : "";
      });
    const draw = () => {
      setSweep(engine, sweep.plan.value);
      if (sweep.plan.value !== null) fit(sweep.plan.value.footprint_lonlat);
    };
    watch(sweep.plan, draw, NOW);
  }

  /** The panel that answers lies over the map's right upper corner; what it tells of does not. */
  function uncover(engine: Engine, point: LonLat): void {
    const { x, y } = engine.project(point);
    const edge = engine.getCanvas().clientWidth - PANEL_PX[0];
    if (x > edge && x < edge + PANEL_PX[0] && y < PANEL_PX[1]) engine.panBy([x - edge, 0]);
  }

  function feedCoverage(engine: Engine): void {
    watch(coverage.picture, (picture) => setCoverage(engine, picture), NOW);
    engine.on("click", (event) => {
      if (asking.open.value) asking.ask(event.lngLat.lng, event.lngLat.lat);
    });
    watch(
      asking.open,
      (open) => (engine.getCanvas().style.cursor = open ? "crosshair" : ""),
      NOW,
    );
    watch(
      [asking.asked, asking.answer],
      () => {
        const place = asking.asked.value;
        const point: LonLat | null = place === null ? null : [place.lon_deg, place.lat_deg];
        setPlaceSight(engine, point, asking.answer.value, cameras.value);
        if (point !== null) uncover(engine, point);
      },
      NOW,
    );
  }

  function feedLegend(engine: Engine): void {
    const draw = () => {
      for (const layer of LAYERS) showLand(engine, layer, shown[layer]);
      for (const id of ["relief-tint", "relief-shade"])
        if (engine.getLayer(id) !== undefined)
          engine.setLayoutProperty(id, "visibility", shown.terrain ? "visible" : "none");
    };
    watch(shown, draw, { immediate: true, deep: true });
  }

  function furnish(engine: Engine, site: Site): void {
    addViews(engine);
    if (land.value !== null) addLand(engine, land.value);
    addSweeps(engine);
    addPlaceSight(engine);
    addFires(engine);
    addCrossings(engine);
    scope.run(() => {
      feedCameras(engine, site);
      feedFires(engine, site);
      feedCrossings(engine);
      feedSweep(engine);
      feedLegend(engine);
      feedCoverage(engine);
    });
  }

  return { furnish, stop: () => scope.stop() };
}
