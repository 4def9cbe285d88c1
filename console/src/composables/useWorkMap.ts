/** The map at the workbench: clicks are places. */

import { type Ref, watch } from "vue";
import type { LonLat } from "../api/shared";
import { type KnownPoint, lonLatOf } from "../lib/calibration";
import { boundsOf, sector } from "../lib/geodesy";
import { pointOf } from "../lib/points";
import type { Engine } from "../map/engine";
import { addLand } from "../map/land";
import { cameraMarkers } from "../map/markers";
import { addWorkbench, REACH_M, setWorkbench, workMarkers } from "../map/workbench";
import type { Workbench } from "./useCalibration";
import { useCameras } from "./useCameras";
import { useMapCursor } from "./useMapCursor";
import { useMapEngine } from "./useMapEngine";
import type { Marks } from "./useMarks";
import { useSite } from "./useSite";

const SNAP_PX = 10;
const ZOOM = 10.5;

interface Wishes {
  holder: Ref<HTMLElement | null>;
  camera_id: () => string;
  bench: Workbench;
  marks: Marks;
  points: () => KnownPoint[];
  /** Numbers of marks that do not agree. */
  bad: () => ReadonlySet<number>;
}

export function useWorkMap({ holder, camera_id, bench, marks, points, bad }: Wishes) {
  const { land } = useSite();
  const { cameras } = useCameras();
  const lens = (): LonLat | null => {
    const camera = cameras.value.find((it) => it.camera_id === camera_id());
    return camera === undefined ? null : pointOf(camera.position);
  };

  const { cursor, follow } = useMapCursor();
  const { map, ready, failed } = useMapEngine(holder, {
    view: () => {
      const at = lens();
      return at === null ? null : { center: at, zoom: ZOOM, maxZoom: 16 };
    },
    furnish: (engine, it) => {
      const [at, pose] = [lens(), bench.before.value];
      const seen = at === null || pose === null ? null : boundsOf(sector(at, pose.azimuth_deg, pose.horizontal_fov_deg, REACH_M));
      if (seen !== null) engine.fitBounds(seen, { padding: 18, duration: 0 });
      addWorkbench(engine);
      if (land.value !== null) addLand(engine, land.value);
      engine.getCanvas().style.cursor = "crosshair";
      listen(engine);
      follow(engine, it);
      feed(engine);
    },
  });

  function nearest(engine: Engine, x: number, y: number): KnownPoint | null {
    let best: KnownPoint | null = null;
    let least = SNAP_PX;
    for (const point of points()) {
      const at = engine.project(point.at);
      const off = Math.hypot(at.x - x, at.y - y);
      if (off < least) [best, least] = [point, off];
    }
    return best;
  }

  function listen(engine: Engine): void {
    engine.on("click", (event) => {
      if (bench.method.value !== "landmarks") return;
      const point = nearest(engine, event.point.x, event.point.y);
      if (point === null) marks.onMap(event.lngLat.toArray());
      else marks.atPoint(point);
    });
  }

  function feed(engine: Engine): void {
    const show = workMarkers(
      engine,
      (id) => (marks.chosen.value = id),
      (id, at) => marks.change(id, { place: { coordinates: "WGS84", east: at[0], north: at[1] } }),
    );
    const towers = cameraMarkers(engine, (id) => {
      const point = points().find((it) => it.key === `camera ${id}`);
      if (point !== undefined && bench.method.value === "landmarks") marks.atPoint(point);
    });
    const draw = () => {
      const at = lens();
      if (at === null) return;
      const placed = bench.method.value !== "landmarks" ? [] : marks.marks.value.flatMap((mark, index) => {
        const place = lonLatOf(mark);
        return place === null ? [] : [{ id: mark.id, at: place, text: String(index + 1), chosen: marks.chosen.value === mark.id, bad: bad().has(mark.id) }];
      });
      show(placed);
      setWorkbench(engine, at, bench.start.value, bench.after.value, placed.map((it) => it.at));
    };
    watch([bench.start, bench.after, bench.method, marks.marks, marks.chosen, bad], draw, { immediate: true });
    watch(cameras, (all) => towers(all.map((camera) => ({ camera, words: camera.name, named: true }))), { immediate: true });
  }

  function lookAt(at: LonLat): void {
    const engine = map.value;
    if (engine !== null && !engine.getBounds().contains(at)) engine.easeTo({ center: at, duration: 400 });
  }

  return { map, ready, failed, cursor, lookAt };
}
