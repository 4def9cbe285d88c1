/** The map of the sweeps' room: what is planned, and what a press means. */

import { computed, type Ref, watch } from "vue";
import type { LandFeature, Layer } from "../api/land";
import type { LonLat } from "../api/shared";
import { isWithin } from "../lib/areas";
import { boundsOf, labelPoint, vertices } from "../lib/geodesy";
import { checkFeatures, flightMarks, planFeatures } from "../lib/sweepShapes";
import type { Engine } from "../map/engine";
import { addFocus, setFocus } from "../map/focus";
import { addLand } from "../map/land";
import { addLandEdit, handleLandEdit, setLandEdit } from "../map/landEdit";
import { addSweeps, setCursor, setSweep, type SweepMark, sweepMarkers } from "../map/sweeps";
import { useFleet } from "./useFleet";
import { useMapCursor } from "./useMapCursor";
import { useMapEngine } from "./useMapEngine";
import { useMissionCheck } from "./useMissionCheck";
import { useSite } from "./useSite";
import { isTarget, useSweepHands } from "./useSweepHands";
import { useSweepPlan } from "./useSweepPlan";
import { useSweepRoom } from "./useSweepRoom";
import { useWords } from "./useWords";

const NEAR_PX = 7;
const FIT = { padding: 56, duration: 500, maxZoom: 15 };
const NOW = { immediate: true };

export function useSweepMap(holder: Ref<HTMLElement | null>) {
  const { t } = useWords();
  const { land } = useSite();
  const { tab } = useSweepRoom();
  const { fleet } = useFleet();
  const { wish, look, plan, stale, sortie, pointed } = useSweepPlan();
  const { check } = useMissionCheck();
  const hands = useSweepHands();
  const { cursor, follow } = useMapCursor();
  const { map, ready, failed } = useMapEngine(holder, {
    view: (it) => ({ bounds: it.bounds }),
    furnish: (engine, it) => {
      follow(engine, it);
      if (land.value !== null) addLand(engine, land.value);
      addFocus(engine);
      addSweeps(engine);
      addLandEdit(engine);
      feedHands(engine);
      feedPlan(engine);
    },
  });

  const target = computed<GeoJSON.Geometry | null>(() => {
    const now = wish.value.target;
    if (tab.value !== "cover" || now === null) return null;
    if ("geometry" in now) return now.geometry;
    return land.value?.features.find(({ properties: it }) => it.layer === now.layer && it.code === now.code)?.geometry ?? null;
  });
  const home = computed<{ at: LonLat; name: string } | null>(() => {
    if (tab.value === "file") return null;
    const own = wish.value.home;
    if (own !== null) return { at: [own.lon_deg, own.lat_deg], name: own.name };
    const first = fleet.value.find((it) => it.name === wish.value.aircraft[0]);
    return first === undefined || first.home_lon_deg === null || first.home_lat_deg === null ? null : { at: [first.home_lon_deg, first.home_lat_deg], name: first.home_name };
  });
  const planned = computed(() => (tab.value === "file" ? null : plan.value));
  const features = computed(() => {
    if (tab.value === "file") return check.value === null ? [] : checkFeatures(check.value);
    return planned.value === null ? [] : planFeatures(planned.value, sortie.value);
  });

  /** Targets under the cursor, each once; lines before areas. */
  function under(engine: Engine, { x, y }: { x: number; y: number }): { layer: Layer; code: string; name: string }[] {
    const box: [[number, number], [number, number]] = [[x - 4, y - 4], [x + 4, y + 4]];
    const layers = engine.getLayersOrder().filter((id) => id.startsWith("land-") && engine.getLayer(id)?.type !== "symbol");
    const hits = engine.queryRenderedFeatures(box, { layers }).map(({ properties }) => `${properties["layer"]}/${properties["code"]}`);
    // Some areas are drawn by their edge alone: a press inside counts too.
    const at = engine.unproject([x, y]).toArray();
    const pressed = (it: LandFeature) => hits.includes(`${it.properties.layer}/${it.properties.code}`) || isWithin(at, it.geometry);
    return ((land.value?.features ?? []) as LandFeature[]).filter((it) => isTarget(it) && pressed(it)).map(({ properties: it }) => ({ layer: it.layer, code: it.code, name: it.name }));
  }

  function press(engine: Engine, at: LonLat, point: { x: number; y: number }): void {
    if (hands.open.value) {
      const near = (corner?: { at: LonLat }): boolean => {
        if (corner === undefined) return false;
        const { x, y } = engine.project(corner.at);
        return Math.hypot(x - point.x, y - point.y) < NEAR_PX;
      };
      // The second half of a double click sets no corner; the first corner closes an area.
      const corners = hands.corners.value;
      if (near(corners.at(-1))) return;
      if (corners.length > 2 && hands.draft.value?.kind === "area" && near(corners[0])) hands.finish();
      else hands.press(at);
    } else if (hands.picks.value) {
      const found = under(engine, point);
      if (found.length === 1) hands.choose(found[0]!);
      else hands.choices.value = found;
    } else hands.press(at);
  }

  function feedHands(engine: Engine): void {
    handleLandEdit(engine, () => ({ corners: hands.corners.value, middles: hands.middles.value }), {
      click: (at, event) => press(engine, at, event.point),
      finish: hands.finish, grab: hands.grab, pull: hands.pull, release: hands.release, drop: hands.remove_corner,
      drawing: () => hands.open.value,
    });
    const draw = () => {
      const draft = hands.draft.value;
      setLandEdit(engine, { shape: draft?.geometry ?? null, trace: draft?.corners ?? [], ghost: hands.hand.value === "target" ? null : target.value, corners: hands.corners.value, middles: hands.middles.value, burns: [] });
    };
    watch([hands.draft, hands.hand, target], draw, NOW);
    watch([hands.hand, hands.picks], ([hand, picks]) => (engine.getCanvas().style.cursor = hand !== null ? "crosshair" : picks ? "pointer" : ""), NOW);
  }

  function marks(): SweepMark[] {
    const told: SweepMark[] = [];
    if (home.value !== null) told.push({ key: "home", kind: "home", at: home.value.at, text: `⌂ ${home.value.name || t("sweep.home")}`, title: t("sweep.home") });
    if (tab.value === "look" && look.value.at !== null) told.push({ key: "look", kind: "look", at: look.value.at, text: t("sweep.look_place"), title: t("sweep.look_place") });
    for (const it of flightMarks(planned.value?.sorties ?? [])) told.push({ key: `flight ${it.number}`, kind: "flight", at: it.at, text: String(it.number), title: t("sweep.flight", { number: it.number }), colour: it.colour });
    for (const [index, it] of (planned.value?.no_fly ?? []).entries()) {
      const at = labelPoint(it.geometry);
      if (at !== null) told.push({ key: `zone ${index}`, kind: "zone", at, text: it.name, title: t(it.is_hard ? "sweep.no_fly" : "sweep.keep_away") });
    }
    return told;
  }

  function fit(geometry: GeoJSON.Geometry | null): void {
    const bounds = geometry === null ? null : boundsOf(vertices(geometry));
    if (bounds !== null) map.value?.fitBounds(bounds, FIT);
  }

  function feedPlan(engine: Engine): void {
    watch([features, stale], () => setSweep(engine, features.value, stale.value && tab.value !== "file"), NOW);
    const show = sweepMarkers(engine);
    watch([planned, home, look, tab, () => t("sweep.home")], () => show(marks()), NOW);
    watch(pointed, (at) => setCursor(engine, at));
    watch(target, (now, before) => {
      setFocus(engine, hands.hand.value === null ? now : null);
      if (now !== null && now !== before && hands.hand.value === null) fit(now);
    }, NOW);
    // A plan of another place is looked at; one of the same place leaves the map as it was turned.
    watch(planned, (now, before) => {
      if (now !== null && JSON.stringify(now.target) !== JSON.stringify(before?.target)) fit(now.fence);
    }, NOW);
    watch([check, tab], () => {
      if (tab.value === "file" && check.value !== null) fit(check.value.path);
    }, NOW);
  }

  return { map, ready, failed, cursor };
}
