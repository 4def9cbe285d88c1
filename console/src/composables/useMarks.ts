/** Landmarks as they are being made: a click in the picture and one on the map, in either order. */

import { computed, ref } from "vue";
import type { LonLat } from "../api/shared";
import { isWhole, type KnownPoint, type MarkDraft } from "../lib/calibration";

export function useMarks(nameOf: (number: number) => string) {
  const marks = ref<MarkDraft[]>([]);
  /** The one that the next click belongs to, or that arrow keys move. */
  const chosen = ref<number | null>(null);
  let last = 0;
  const active = computed(() => marks.value.find((it) => it.id === chosen.value) ?? null);
  const whole = computed(() => marks.value.filter(isWhole));

  function begin(part: Partial<MarkDraft>): MarkDraft {
    last += 1;
    const mark: MarkDraft = {
      id: last, name: nameOf(last), px: null, place: null, height_m: 0, height_datum: "ground", ...part,
    };
    marks.value = [...marks.value, mark];
    chosen.value = mark.id;
    return mark;
  }

  function change(id: number, part: Partial<MarkDraft>): void {
    marks.value = marks.value.map((it) => (it.id === id ? { ...it, ...part } : it));
  }

  function inPicture(x: number, y: number): void {
    const mark = active.value;
    if (mark !== null && mark.px === null) change(mark.id, { px: [x, y] });
    else begin({ px: [x, y] });
  }

  function onMap(at: LonLat): void {
    put({ place: { coordinates: "WGS84", east: at[0], north: at[1] } });
  }

  function atPoint(point: KnownPoint): void {
    const { name, height_m, height_datum } = point;
    put({ name, height_m, height_datum, place: { coordinates: "WGS84", east: point.at[0], north: point.at[1] } });
  }

  function put(part: Partial<MarkDraft>): void {
    const mark = active.value;
    if (mark !== null && mark.place === null) change(mark.id, part);
    else begin(part);
  }

  function drop(id: number): void {
    marks.value = marks.value.filter((it) => it.id !== id);
    if (chosen.value === id) chosen.value = null;
  }

  function clear(): void {
    marks.value = [];
    chosen.value = null;
    last = 0;
  }

  return { marks, whole, chosen, active, begin, change, inPicture, onMap, atPoint, drop, clear };
}

export type Marks = ReturnType<typeof useMarks>;
