/** How one thing that was told is sent: its photo first, in pieces, then itself with the photo's name. */

import type { Failure, PhotoName } from "./calls";
import type { Outcome, Queued } from "./queue";
import { Aside, type Pace, type UploadLine, uploadOf } from "./upload";
import type { FieldOrder, TellBody } from "./wire";

interface Parts {
  lineOf: (order_id: number) => UploadLine<PhotoName>;
  tell: (order_id: number, body: TellBody) => Promise<FieldOrder>;
  photo: (upload: string) => Promise<Blob | null>;
  /** Keep what was learned about its photo. */
  note: (item: Queued) => Promise<void>;
  /** Shown only; not kept. */
  progress: (upload: string, received: number) => void;
  /** The order as the server gave it after it was told. */
  arrived: (order: FieldOrder) => void;
  failure: (error: unknown) => Failure;
  code: (error: unknown) => string;
  pace: Pace;
  /** Whether words wait that a photo stands back for. */
  isAside: () => boolean;
}

export const bodyOf = (item: Queued): TellBody => ({
  kind: item.kind,
  answer: item.answer,
  reason: item.reason,
  note: item.note,
  photo: item.photo?.token ?? null,
  place: item.place,
  told_at: item.told_at,
  key: item.key,
});

/** Send it. A photo that the server refuses does not hold up the words that came with it. */
export async function sendOne(item: Queued, parts: Parts): Promise<Outcome> {
  try {
    const ready = await withPhoto(item, parts);
    const empty = ready.kind === "noted" && ready.note === "" && ready.photo?.token == null;
    // A photo that was refused, and no words: there is nothing left to send.
    if (empty) return { end: "refused", code: ready.photo?.refused ?? "input_refused" };
    parts.arrived(await parts.tell(ready.order_id, bodyOf(ready)));
    return { end: "sent" };
  } catch (error) {
    if (error instanceof Aside) return { end: "aside" };
    const failure = parts.failure(error);
    return failure === "later" ? { end: "later" } : { end: failure, code: parts.code(error) };
  }
}

async function withPhoto(item: Queued, parts: Parts): Promise<Queued> {
  const { photo } = item;
  if (photo === null || photo.token !== null || photo.refused !== null) return item;
  const settle = async (token: string | null, refused: string | null): Promise<Queued> => {
    const settled = { ...item, photo: { ...photo, token, refused, received: token === null ? photo.received : photo.bytes } };
    await parts.note(settled);
    return settled;
  };
  const blob = await parts.photo(photo.upload);
  if (blob === null) return settle(null, "photo_lost");
  try {
    const progress = (received: number) => parts.progress(photo.upload, received);
    const line = parts.lineOf(item.order_id);
    const sent = await uploadOf(line, photo.upload, blob, parts.pace, progress, parts.isAside);
    return await settle(sent.photo, null);
  } catch (error) {
    if (error instanceof Aside || parts.failure(error) !== "refused") throw error;
    return settle(null, parts.code(error));
  }
}
