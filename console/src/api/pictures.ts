/** Cameras' pictures and video. */

import { answerTo, Problem, WAIT_MS } from "./transport";

/** A camera's newest picture, and when it was made: the list may tell of an older or newer one. */
export interface Still {
  picture: Blob;
  captured_at: string | null;
  received_at: string | null;
}

async function still(id: string, width: 320 | 960, signal: AbortSignal): Promise<Still> {
  const path = `/api/cameras/${encodeURIComponent(id)}/still.jpg?width=${width}`;
  const response = await answerTo(path, { signal });
  return {
    picture: await response.blob(),
    captured_at: response.headers.get("X-Captured-At"),
    received_at: response.headers.get("X-Received-At"),
  };
}

/** The newest picture of one preset, as it left the gateway. */
async function presetStill(
  id: string,
  preset: number,
  signal: AbortSignal,
): Promise<Omit<Still, "received_at">> {
  const response = await answerTo(`/api/masks/view/${encodeURIComponent(id)}/${preset}.jpg`, {
    signal,
  });
  return {
    picture: await response.blob(),
    captured_at: response.headers.get("X-Captured-At"),
  };
}

/** A picture of a wall; times are Unix milliseconds. */
export interface WallPicture {
  camera_id: string;
  captured_at: number;
  received_at: number;
  picture: Blob;
}

/** The pictures of some cameras that are newer than those that were seen, in one answer. */
async function wall(
  seen: ReadonlyMap<string, number>,
  width: 320 | 960,
  signal: AbortSignal,
): Promise<WallPicture[]> {
  const cameras = [...seen].map(([id, captured_at]) => `${id}:${captured_at}`).join(",");
  const asked = new URLSearchParams({ cameras, width: String(width) });
  const waiting = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MS)]);
  const response = await answerTo(`/api/wall?${asked}`, { signal: waiting });
  const data = await response.arrayBuffer();
  const size = new DataView(data).getUint32(0);
  const list = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size))) as {
    pictures: (Omit<WallPicture, "picture"> & { size: number })[];
  };
  let at = 4 + size;
  return list.pictures.map(({ size: length, ...it }) => {
    at += length;
    const picture = new Blob([data.slice(at - length, at)], { type: "image/jpeg" });
    return { ...it, picture };
  });
}

/** A camera's video as it comes. */
async function live(
  id: string,
  signal: AbortSignal,
): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const response = await answerTo(`/api/cameras/${encodeURIComponent(id)}/live.mp4`, { signal });
  if (response.body === null) throw new Problem({ code: "live_no_player" });
  return response.body.getReader();
}

export const pictureCalls = {
  still,
  presetStill,
  wall,
  live,
};
