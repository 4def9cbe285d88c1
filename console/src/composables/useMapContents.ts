/** What the map shows, kept in step with the alerts, the cameras and the legend. */

import { effectScope, type Ref, watch } from "vue";
import type { Camera } from "../api/cameras";
import type { Finding } from "../api/network";
import type { LonLat } from "../api/shared";
import type { Site } from "../api/site";
import { metres } from "../lib/format";
import { boundsOf, vertices } from "../lib/geodesy";
import { lookFeatures } from "../lib/heatLooks";
import { nodeFeatures } from "../lib/nodes";
import { planFeatures, wayOf } from "../lib/sweepShapes";
import { addCrossings, crossingFeatures, setCrossings } from "../map/crossings";
import type { Engine } from "../map/engine";
import { addFires, fireFeatures, setFires, tiesOf } from "../map/fires";
import { addFocus, setFocus } from "../map/focus";
import { addLand, LAYERS, showLand } from "../map/land";
import { addLandEdit } from "../map/landEdit";
import { cameraMarkers, fireMarkers, sideOf, tieMarkers } from "../map/markers";
import { addNetwork, setNetwork } from "../map/network";
import { addNodes, pressNodes, setHeatLooks, setNodes } from "../map/nodes";
import { addSweeps, setSweep } from "../map/sweeps";
import { SYMBOLS } from "../map/symbols";
import { addViews, setViews, showViews, viewFeatures, viewRadius } from "../map/views";
import { addPlaceSight, setCoverage, setPlaceSight } from "../map/coverage";
import { useAlerts } from "./useAlerts";
import { useCameras } from "./useCameras";
import { useCrossing } from "./useCrossing";
import { useCoverage } from "./useCoverage";
import { useHeatLooks } from "./useHeatLooks";
import { useIncidents } from "./useIncidents";
import { useLandAnswer } from "./useLandAnswer";
import { useLandEdit } from "./useLandEdit";
import { useLandFocus } from "./useLandFocus";
import { useLegend } from "./useLegend";
import { useLooks } from "./useLooks";
import { useMapLandEdit } from "./useMapLandEdit";
import { farOf } from "./useMapView";
import { useNetwork } from "./useNetwork";
import { useNodes } from "./useNodes";
import { useNodesRoom } from "./useNodesRoom";
import { useObservations } from "./useObservations";
import { usePlaceSight } from "./usePlaceSight";
import { useSite } from "./useSite";
import { useWords } from "./useWords";

const NOW = { immediate: true };
const PANEL_PX = [400, 460] as const;
/** What a list's entry leads to must not lie under the map's buttons. */
const TOOLS_PX = 100;
const NEAREST = 14;
/** As the server rounds places on the map. */
const round6 = (degrees: number): number => Number(degrees.toFixed(6));

interface Wishes {
  named: Ref<boolean>;
  chooseCamera: (id: string) => void;
  fit: (points: LonLat[], clear_px?: number) => void;
}

export function useMapContents({ named, chooseCamera, fit }: Wishes) {
  const { t } = useWords();
  const { land } = useSite();
  const { working, selected } = useAlerts();
  const fires = useIncidents();
  const { cameras } = useCameras();
  const { shown } = useLegend();
  const coverage = useCoverage();
  const asking = usePlaceSight();
  const { match, weights, witness } = useCrossing();
  const observations = useObservations();
  const editing = useLandEdit();
  const { feedLandEdit } = useMapLandEdit();
  const { answer } = useLandAnswer();
  const { focus } = useLandFocus();
  const network = useNetwork();
  const heat = useHeatLooks();
  const { nodes } = useNodes();
  const nodes_room = useNodesRoom();
  const looks = useLooks();
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
    const showFires = fireMarkers(engine, fires.select);
    const showTies = tieMarkers(engine);
    const far_m = farOf(site);
    const draw = () => {
      const chosen = selected.value;
      const report = answer.value?.report ?? null;
      const fire = fires.selected.value;
      const listed = [...fires.working.value];
      if (fire !== null && !listed.includes(fire)) listed.push(fire);
      setFires(engine, fireFeatures(working.value, fire, chosen, far_m, weights.value, report));
      showFires(
        listed.map((it) => ({
          fire: it,
          selected: it === fire,
          words: `#${it.incident_id} ${t(it.alerts[0] === undefined ? "incident.told" : `label.${it.alerts[0].label}`)} · ${t(`state.${it.state}`)}`,
        })),
      );
      showTies(
        (chosen === null ? [] : tiesOf(chosen, report)).map((tie) => ({
          key: tie.layer,
          at: tie.to,
          side: sideOf(tie.bearing_deg),
          text: `${t(`layer.${tie.layer}`)} ${metres(tie.distance_m)}`,
          colour: SYMBOLS[tie.layer].colour,
        })),
      );
    };
    watch([working, selected, fires.selected, weights, answer, () => t("map.best")], draw, NOW);
  }

  function feedCrossings(engine: Engine): void {
    const draw = () => setCrossings(engine, crossingFeatures(match.value, witness, observations.shown.value));
    watch([match, observations.shown], draw, NOW);
    engine.on("click", (event) => {
      if (observations.picking.value) observations.pick([event.lngLat.lng, event.lngLat.lat]);
    });
    watch(observations.picking, (picks) => (engine.getCanvas().style.cursor = picks ? "crosshair" : ""));
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

  /** What was chosen in a list, together with the fire that it was told of. */
  function feedFocus(engine: Engine): void {
    const draw = () => {
      const wish = focus.value;
      const geometry: GeoJSON.Geometry | null =
        wish === null
          ? null
          : wish.kind === "point"
            ? { type: "Point", coordinates: wish.at }
            : (land.value?.features.find(
                ({ properties: it }) => it.layer === wish.layer && it.code === wish.code,
              )?.geometry ?? null);
      setFocus(engine, geometry);
      if (geometry === null) return;
      const fire = selected.value?.fix.clusters[0]?.position;
      fit([...vertices(geometry), ...(fire === undefined ? [] : [[fire.lon_deg, fire.lat_deg] as LonLat])], TOOLS_PX);
    };
    watch(focus, draw, NOW);
  }

  /** What is lacking; the one that was chosen in the list is looked at, above that list. */
  function feedNetwork(engine: Engine): void {
    const draw = () => setNetwork(engine, network.open.value && network.drawn.value ? network.shapes.value : null);
    watch([network.open, network.drawn, network.shapes], draw, NOW);
    const shapeOf = (it: Finding) =>
      network.shapes.value?.features.find(
        ({ properties: own }) => own.kind === it.kind && own.layer === it.layer && own.code === it.code && own.lon_deg === round6(it.lon_deg) && own.lat_deg === round6(it.lat_deg),
      )?.geometry ?? null;
    watch(network.chosen, (it) => {
      const geometry = it === null ? null : shapeOf(it);
      setFocus(engine, geometry);
      if (it === null) return;
      const points = [[it.lon_deg, it.lat_deg] as LonLat, ...(geometry === null ? [] : vertices(geometry))];
      const bounds = boundsOf(points);
      if (bounds === null) return;
      const foot_px = Math.min(engine.getCanvas().clientHeight * 0.46, 420);
      engine.fitBounds(bounds, { padding: { top: 60, left: 190, right: 70, bottom: foot_px + 40 }, maxZoom: NEAREST, duration: 700 });
    });
  }

  /** A look that was proposed for the fire, with its way there and back. */
  function feedLooks(engine: Engine): void {
    watch(looks.shown, (plan) => {
      setSweep(engine, plan === null ? [] : planFeatures(plan, null), false);
      if (plan !== null) fit([...plan.sorties.flatMap(wayOf), ...vertices(plan.target)], TOOLS_PX);
    }, NOW);
  }

  /** Nodes under the trees, and where their heat asks for a look. */
  function feedNodes(engine: Engine): void {
    const draw = () => setNodes(engine, nodeFeatures(shown.nodes_heat ? (nodes.value ?? []) : []));
    watch([nodes, () => shown.nodes_heat], draw, NOW);
    watch([heat.waiting, () => shown.nodes_heat], () => setHeatLooks(engine, lookFeatures(shown.nodes_heat ? (heat.waiting.value ?? []) : [], null, new Map())), NOW);
    const taken = () => observations.picking.value || asking.open.value || editing.open.value;
    pressNodes(engine, { node: nodes_room.at_node, look: nodes_room.at_look, taken });
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
    addNetwork(engine);
    addSweeps(engine);
    addPlaceSight(engine);
    addNodes(engine);
    addFires(engine);
    addCrossings(engine);
    addFocus(engine);
    addLandEdit(engine);
    scope.run(() => {
      feedCameras(engine, site);
      feedFires(engine, site);
      feedCrossings(engine);
      feedLandEdit(engine);
      feedLegend(engine);
      feedCoverage(engine);
      feedFocus(engine);
      feedNetwork(engine);
      feedLooks(engine);
      feedNodes(engine);
    });
  }

  return { furnish, stop: () => scope.stop() };
}
