/** The land drawn and edited by hand on the map: what a click there chooses, and what is shown of it. */

import { watch } from "vue";
import type { Layer } from "../api/land";
import type { LonLat } from "../api/shared";
import type { Engine } from "../map/engine";
import { setLand } from "../map/land";
import { handleLandEdit, setLandEdit } from "../map/landEdit";
import { useBurns } from "./useBurns";
import { useLandEdit } from "./useLandEdit";
import { useSite } from "./useSite";

const NEAR_PX = 7;

export function useMapLandEdit() {
  const { land } = useSite();
  const editing = useLandEdit();
  const burns = useBurns();

  /** What is drawn under the cursor, each feature once; areas only where they are wanted. */
  function under(engine: Engine, point: { x: number; y: number }, areas: boolean) {
    const box: [[number, number], [number, number]] = [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
    const layers = engine.getLayersOrder().filter((id) => id.startsWith("land-") && id.endsWith("-area") === areas);
    const found = engine.queryRenderedFeatures(box, { layers }).map(({ properties }) => ({
      layer: properties["layer"] as Layer,
      code: properties["code"] as string,
      name: properties["name"] as string,
    }));
    const keys = found.map((it) => `${it.layer}/${it.code}`);
    return found.filter((_, index) => keys.indexOf(keys[index]!) === index);
  }

  function chooseLand(engine: Engine, point: { x: number; y: number }): void {
    if (editing.draft.value !== null) return; // nothing that was typed is lost to a click beside it
    const [burn] = engine.queryRenderedFeatures([point.x, point.y], { layers: ["landedit-burn-fill"] });
    const drawn = under(engine, point, false);
    // A point or line wins over the burn that it lies in, and a burn over the stand.
    if (drawn.length === 0 && burn !== undefined) return burns.take(burn.properties["id"] as number);
    const found = drawn.length > 0 ? drawn : under(engine, point, true);
    if (found.length === 1) void editing.pick(found[0]!.layer, found[0]!.code).catch(() => undefined);
    else editing.choices.value = found;
  }

  /** The second half of a double click sets no corner of its own; the first corner closes an area. */
  function addCorner(engine: Engine, at: LonLat, point: { x: number; y: number }): void {
    const near = (corner?: { at: LonLat }): boolean => {
      if (corner === undefined) return false;
      const { x, y } = engine.project(corner.at);
      return Math.hypot(x - point.x, y - point.y) < NEAR_PX;
    };
    const corners = editing.corners.value;
    if (near(corners.at(-1))) return;
    if (corners.length > 2 && editing.shape.value?.kind === "area" && near(corners[0])) editing.finish();
    else editing.add(at);
  }

  function feedLandEdit(engine: Engine): void {
    handleLandEdit(engine, () => ({ corners: editing.corners.value, middles: editing.middles.value }), {
      click: (at, event) => {
        if (!editing.open.value) return;
        if (burns.draft.value !== null) burns.place(at);
        else if (editing.drawing.value) addCorner(engine, at, event.point);
        else chooseLand(engine, event.point);
      },
      finish: editing.finish,
      grab: editing.grab,
      pull: editing.pull,
      release: editing.release,
      drop: editing.remove_corner,
      drawing: () => editing.open.value && editing.drawing.value,
    });
    const draw = () =>
      setLandEdit(engine, {
        shape: burns.shape.value ?? editing.shape.value?.geometry ?? null,
        trace: editing.shape.value?.corners ?? [],
        ghost: editing.ghost.value,
        corners: editing.open.value ? editing.corners.value : [],
        middles: editing.middles.value,
        burns: editing.open.value ? burns.burns.value : [],
      });
    watch([editing.open, editing.shape, editing.ghost, burns.shape, burns.burns], draw, { immediate: true });
    watch(
      [editing.open, editing.drawing, burns.draft],
      ([open, drawing, burn]) => (engine.getCanvas().style.cursor = !open ? "" : drawing || burn !== null ? "crosshair" : "pointer"),
    );
    watch(land, (now) => {
      if (now !== null) setLand(engine, now);
    });
  }

  return { feedLandEdit };
}
