/** The pictures of a wall: those on the screen, all of them in one request a tick. */

import { onScopeDispose, shallowReactive } from "vue";
import { http } from "../api/http";
import { turnOf } from "../lib/wall";

export interface WallTile {
  url: string;
  captured_ms: number;
  received_ms: number;
}

const TICK_MS = 1000;
const TICK_OF_MANY_MS = 2000;
const FEW = 12;
const MOST_AT_ONCE = 64;

export function useWall() {
  const tiles = shallowReactive(new Map<string, WallTile>());
  const seen = new Set<string>();
  const asked_ms = new Map<string, number>();
  const keys = new WeakMap<Element, string>();
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const id = keys.get(target);
        if (id !== undefined) isIntersecting ? seen.add(id) : seen.delete(id);
      }
      if (!busy && [...seen].some((id) => !tiles.has(id))) soon(50);
    },
    { rootMargin: "60px" },
  );

  /** For a tile's element; answers what to call when it goes. */
  function watchTile(element: Element, id: string): () => void {
    keys.set(element, id);
    observer.observe(element);
    return () => {
      observer.unobserve(element);
      seen.delete(id);
    };
  }

  function soon(wait_ms: number): void {
    clearTimeout(timer);
    if (!ending.signal.aborted) timer = setTimeout(() => void tick(), wait_ms);
  }

  async function tick(): Promise<void> {
    busy = true;
    const began_ms = performance.now();
    const turn = document.hidden ? [] : turnOf(seen, asked_ms, MOST_AT_ONCE);
    for (const id of turn) asked_ms.set(id, began_ms);
    try {
      if (turn.length > 0)
        for (const it of await http.wall(
          new Map(turn.map((id) => [id, tiles.get(id)?.captured_ms ?? 0])),
          320,
          ending.signal,
        )) {
          drop(it.camera_id);
          tiles.set(it.camera_id, {
            url: URL.createObjectURL(it.picture),
            captured_ms: it.captured_at,
            received_ms: it.received_at,
          });
        }
    } catch {
      // What is here stays, with its age; the list of cameras says what is the matter.
    }
    busy = false;
    const every_ms = turn.length > FEW ? TICK_OF_MANY_MS : TICK_MS;
    soon(Math.max(100, every_ms - (performance.now() - began_ms)));
  }

  function drop(id: string): void {
    const tile = tiles.get(id);
    if (tile !== undefined) URL.revokeObjectURL(tile.url);
    tiles.delete(id);
  }

  soon(50);
  onScopeDispose(() => {
    clearTimeout(timer);
    ending.abort();
    observer.disconnect();
    for (const id of [...tiles.keys()]) drop(id);
  });

  return { tiles, watchTile };
}
