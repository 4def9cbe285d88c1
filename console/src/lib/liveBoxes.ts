/** A live view's answer is MP4, box after box, however the network cuts it: see docs/gateway.md. */

export interface Box {
  kind: string;
  data: Uint8Array<ArrayBuffer>;
}

/** What the server says between the pictures. `now`: its clock, Unix milliseconds. */
export interface LiveNote {
  state: LiveState;
  now: number;
  codec?: string;
}

export type LiveState = "no_camera" | "other_codec" | "waiting_key" | "playing";

/** When the picture at a moment of the video was made. */
export interface Reference {
  media_s: number;
  made_ms: number;
}

const LARGEST = 64 * 2 ** 20;
const TIMESCALE = 90_000;
const NTP_EPOCH_S = 2_208_988_800;

/** Puts the pieces of a download together and takes them apart into boxes. */
export class BoxSplitter {
  private held = new Uint8Array(0);

  push(chunk: Uint8Array): Box[] {
    let at = 0;
    const data = new Uint8Array(this.held.length + chunk.length);
    data.set(this.held);
    data.set(chunk, this.held.length);
    const found: Box[] = [];
    while (data.length - at >= 8) {
      const size = view(data).getUint32(at);
      if (size < 8 || size > LARGEST) throw new RangeError("no box");
      if (data.length - at < size) break;
      const kind = String.fromCharCode(...data.subarray(at + 4, at + 8));
      found.push({ kind, data: data.slice(at, at + size) });
      at += size;
    }
    this.held = data.slice(at);
    return found;
  }
}

export function noteOf(box: Box): LiveNote {
  return JSON.parse(new TextDecoder().decode(box.data.subarray(8))) as LiveNote;
}

export function referenceOf(box: Box): Reference {
  const words = view(box.data);
  const seconds = words.getUint32(16) + words.getUint32(20) / 2 ** 32;
  return {
    media_s: Number(words.getBigUint64(24)) / TIMESCALE,
    made_ms: (seconds - NTP_EPOCH_S) * 1000,
  };
}

/** When the picture that is shown was made: from the last reference before it. */
export function madeAt(references: readonly Reference[], media_s: number): number | null {
  const found = references.findLast((it) => it.media_s <= media_s + 0.001);
  return found === undefined ? null : found.made_ms + (media_s - found.media_s) * 1000;
}

function view(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
