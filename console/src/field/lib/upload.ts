/** A photo goes whole and in pieces: what has arrived is never sent again, smaller ones on bad links. */

export const CHUNK_BYTES = 128 * 1024;
export const SMALLEST_CHUNK_BYTES = 16 * 1024;
export const MOST_PHOTO_BYTES = 20 * 1024 * 1024;

export interface Received<T> {
  received: number;
  /** Of the photo, once it is there whole. */
  photo: T | null;
}

/** The server's side; a break of the link throws. */
export interface UploadLine<T> {
  /** How much is there already. */
  received(upload: string): Promise<Received<T>>;
  send(upload: string, offset: number, total: number, chunk: Blob): Promise<Received<T>>;
}

/** How large a piece may be after breaks of the link. */
export class Pace {
  bytes = CHUNK_BYTES;

  slower(): void {
    this.bytes = Math.max(SMALLEST_CHUNK_BYTES, this.bytes / 2);
  }
}

/** Something else goes first. */
export class Aside extends Error {}

/**
 * Send what is missing of a photo. Throws what the line throws, or Aside, after which the next call
 * goes on where this one ended.
 */
export async function uploadOf<T>(
  line: UploadLine<T>,
  upload: string,
  photo: Blob,
  pace: Pace,
  progress: (received: number) => void,
  isAside: () => boolean,
): Promise<T> {
  let state = await line.received(upload);
  for (;;) {
    progress(state.received);
    if (state.photo !== null) return state.photo;
    if (isAside()) throw new Aside();
    // One that is there whole and has no name yet is asked about with an empty piece.
    const offset = Math.min(state.received, photo.size);
    const chunk = photo.slice(offset, offset + pace.bytes, "application/octet-stream");
    let next: Received<T>;
    try {
      next = await line.send(upload, offset, photo.size, chunk);
    } catch (error) {
      pace.slower();
      throw error;
    }
    // Waited out like a break: another tab of this page may be at it.
    if (next.photo === null && next.received <= state.received) throw new Error("the upload does not move");
    state = next;
  }
}
