/** Which part of a picture is shown: zoomed about a point, moved, never lost from sight. */

import { computed, ref, watch } from "vue";

export interface Part {
  x: number;
  y: number;
  width: number;
  height: number;
}

const CLOSEST_PX = 40;

export function usePictureView(size: () => { width: number; height: number }) {
  const part = ref<Part>({ x: 0, y: 0, width: 16, height: 9 });
  const zoomed = computed(() => part.value.width < size().width - 0.5);

  function whole(): void {
    part.value = { x: 0, y: 0, ...size() };
  }

  function clamp(to: Part): Part {
    const { width, height } = size();
    return {
      ...to,
      x: Math.max(0, Math.min(width - to.width, to.x)),
      y: Math.max(0, Math.min(height - to.height, to.y)),
    };
  }

  /** `factor` > 1 comes closer; the point stays where it is on the screen. */
  function zoom(factor: number, x = part.value.x + part.value.width / 2, y = part.value.y + part.value.height / 2): void {
    const { width, height } = size();
    const next = Math.max(Math.min(CLOSEST_PX, width), Math.min(width, part.value.width / factor));
    const share = next / part.value.width;
    part.value = clamp({
      x: x - (x - part.value.x) * share,
      y: y - (y - part.value.y) * share,
      width: next,
      height: (next * height) / width,
    });
  }

  function move(dx: number, dy: number): void {
    part.value = clamp({ ...part.value, x: part.value.x + dx, y: part.value.y + dy });
  }

  function lookAt(x: number, y: number): void {
    const { width, height } = part.value;
    if (x < part.value.x || y < part.value.y || x > part.value.x + width || y > part.value.y + height)
      part.value = clamp({ ...part.value, x: x - width / 2, y: y - height / 2 });
  }

  watch(() => [size().width, size().height], whole, { immediate: true });
  return { part, zoomed, whole, zoom, move, lookAt };
}

export type PictureView = ReturnType<typeof usePictureView>;
