/** One preset at the workbench: its picture, what the server fits to the marks, and its history. */

import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import type {
  CalibratedPreset,
  CalibrationMethod,
  Fit,
  FitRequest,
  PictureLine,
  SeenFrom,
  WorkPicture,
} from "../api/calibration";
import { http } from "../api/http";
import type { FullPose } from "../api/shared";
import { kept, type KnownPoint, nudged, requestOf, statedOf } from "../lib/calibration";
import type { Marks } from "./useMarks";

const SETTLE_MS = 180;

export interface SunMark {
  picture: WorkPicture;
  x: number;
  y: number;
}

export function useCalibration(camera_id: () => string, preset: () => number, marks: Marks, points: () => KnownPoint[]) {
  const presets = shallowRef<CalibratedPreset[] | null>(null);
  const picture = shallowRef<WorkPicture | null>(null);
  const url = ref("");
  const method = ref<CalibrationMethod>("landmarks");
  const nudge = ref({ azimuth: 0, tilt: 0 });
  /** Height of the trees on the ridges: what the picture shows is their tops. */
  const canopy_m = ref(10);
  const line = shallowRef<PictureLine | null>(null);
  const gone = shallowRef<ReadonlySet<number>>(new Set());
  const suns = shallowRef<SunMark[]>([]);
  const fit = shallowRef<Fit | null>(null);
  const fitting = ref(false);
  const seen = shallowRef<SeenFrom | null>(null);
  const found_line = shallowRef<SeenFrom["skyline"]>([]);
  const busy = ref<"" | "picture" | "line" | "force">("");
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;
  let drawn = 0;

  const view = computed(() => `${camera_id()}/${preset()}`);
  const own = computed(() => presets.value?.find((it) => it.preset === preset()) ?? null);
  const before = computed<FullPose | null>(() => own.value?.pose ?? null);
  const start = computed(() =>
    before.value === null ? null : nudged(before.value, nudge.value.azimuth, nudge.value.tilt),
  );
  const after = computed(() => fit.value?.after ?? null);
  const is_nudged = computed(() => nudge.value.azimuth !== 0 || nudge.value.tilt !== 0);

  async function refresh(): Promise<void> {
    presets.value = await http.calibrations(camera_id());
  }

  async function during<T>(what: typeof busy.value, work: () => Promise<T>): Promise<T> {
    busy.value = what;
    try {
      return await work();
    } finally {
      busy.value = "";
    }
  }

  const take = (): Promise<void> =>
    during("picture", async () => {
      const mine = view.value;
      const taken = await http.workPicture(mine);
      const blob = await http.workJpeg(mine, taken.picture);
      if (mine !== view.value) return;
      if (url.value !== "") URL.revokeObjectURL(url.value);
      url.value = URL.createObjectURL(blob);
      if (picture.value?.picture !== taken.picture) line.value = null;
      gone.value = new Set();
      picture.value = taken;
    });

  const findLine = (): Promise<void> =>
    during("line", async () => {
      if (picture.value === null) return;
      line.value = await http.skylineOf(view.value, {
        picture: picture.value.picture,
        canopy_m: canopy_m.value,
        ...(is_nudged.value && start.value !== null ? { start: start.value } : {}),
      });
      gone.value = new Set();
    });

  /** What was marked, as the server wants it; null while it is not worth asking. */
  const request = computed<FitRequest | null>(() => {
    if (picture.value === null || start.value === null) return null;
    const asks: FitRequest = {
      picture: picture.value.picture,
      method: method.value,
      ...(is_nudged.value ? { start: start.value } : {}),
    };
    if (method.value === "landmarks") {
      const found = marks.marks.value.flatMap((mark, index) => requestOf(mark, index + 1) ?? []);
      return found.length === 0 ? null : { ...asks, marks: found };
    }
    if (method.value === "skyline") {
      if (line.value === null || line.value.refusal !== null) return null;
      return { ...asks, canopy_m: canopy_m.value, line: kept(line.value, gone.value) };
    }
    if (suns.value.length === 0) return null;
    return { ...asks, suns: suns.value.map((it) => ({ picture: it.picture.picture, x_px: it.x, y_px: it.y })) };
  });

  async function ask(): Promise<void> {
    const mine = ++asked;
    if (request.value === null) {
      fit.value = null;
      fitting.value = false;
      return;
    }
    try {
      const found = await http.fit(view.value, request.value);
      if (mine === asked) fit.value = found;
    } catch (problem) {
      if (mine === asked) fit.value = null;
      failed.value = problem;
    } finally {
      if (mine === asked) fitting.value = false;
    }
  }
  const failed = shallowRef<unknown>(null);

  watch(request, () => {
    failed.value = null;
    fitting.value = request.value !== null;
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), SETTLE_MS);
  });

  /** Where the terrain's skyline and the known points lie, at the pose of now and at the found one. */
  async function draw(pose: FullPose, at: typeof seen | typeof found_line): Promise<void> {
    if (picture.value === null) return;
    const { width_px, height_px } = picture.value;
    const places = at === seen ? points().slice(0, 400).map(statedOf) : [];
    const mine = ++drawn;
    try {
      const answer = await http.seenFrom(view.value, { pose, width_px, height_px, canopy_m: canopy_m.value, places });
      if (at === found_line) found_line.value = answer.skyline;
      else if (mine >= shown) {
        shown = mine;
        seen.value = answer;
      }
    } catch {
      // Without its ground a lens has no skyline; the fit says why.
    }
  }
  let shown = 0;
  watch([start, picture, points, canopy_m], () => start.value !== null && void draw(start.value, seen));
  watch([after, canopy_m], ([pose]) => {
    found_line.value = [];
    if (pose !== null) void draw(pose, found_line);
  });

  const force = (): Promise<void> =>
    during("force", async () => {
      if (request.value === null || before.value === null) return;
      try {
        await http.calibrate(view.value, { ...request.value, before: before.value });
        nudge.value = { azimuth: 0, tilt: 0 };
      } finally {
        await refresh();
      }
    });

  const again = (number: number): Promise<void> =>
    during("force", async () => {
      if (before.value === null) return;
      try {
        await http.calibrateAgain(number, before.value);
      } finally {
        await refresh();
      }
    });

  const undo = (number: number): Promise<void> =>
    during("force", async () => {
      try {
        await http.undoCalibration(number);
      } finally {
        await refresh();
      }
    });

  function leave(): void {
    asked += 1;
    if (url.value !== "") URL.revokeObjectURL(url.value);
    url.value = "";
    picture.value = line.value = fit.value = seen.value = null;
    found_line.value = [];
    suns.value = [];
    nudge.value = { azimuth: 0, tilt: 0 };
    failed.value = null;
    marks.clear();
  }
  watch(view, leave);
  onScopeDispose(() => {
    clearTimeout(timer);
    leave();
  });

  return {
    presets, own, before, start, after, picture, url, method, nudge, is_nudged, canopy_m, line, gone, suns,
    fit, fitting, failed, seen, found_line, busy, request, refresh, take, findLine, force, again, undo,
  };
}

export type Workbench = ReturnType<typeof useCalibration>;
