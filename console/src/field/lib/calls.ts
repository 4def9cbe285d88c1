/** Every call of the phone's part of the server. */

import { answerTo, call, Problem } from "../../api/transport";
import type { Received, UploadLine } from "./upload";
import type { FieldOrder, TellBody } from "./wire";

/** A photo that is there whole: what names it when it is told of. */
export interface PhotoName {
  photo: string;
}

/** A chunk of 128 KiB on a link of 10 kbit/s. */
const CHUNK_WAIT_MS = 120_000;
const WAIT_MS = 30_000;

/** With the same secret it may be asked again: its answer may have got lost on the way. */
export const openOrder = (token: string, device: string): Promise<FieldOrder> =>
  call("POST", "/api/field/open", { token, device }, WAIT_MS);

export const readOrder = (): Promise<FieldOrder> => call("GET", "/api/field/order", undefined, WAIT_MS);

/** Of the order that it is about: a phone may have opened another one since. */
export const tell = (order_id: number, body: TellBody): Promise<FieldOrder> =>
  call("POST", `/api/field/tell?order=${order_id}`, body, WAIT_MS);

export async function readPicture(): Promise<Blob> {
  const signal = AbortSignal.timeout(CHUNK_WAIT_MS);
  return (await answerTo("/api/field/picture", { signal })).blob();
}

export const photoLineOf = (order_id: number): UploadLine<PhotoName> => ({
  received: (upload: string): Promise<Received<PhotoName>> =>
    call("GET", `/api/field/photos?order=${order_id}&upload=${upload}`, undefined, WAIT_MS),
  send: (upload: string, offset: number, total: number, chunk: Blob): Promise<Received<PhotoName>> =>
    call(
      "POST",
      `/api/field/photos?order=${order_id}&upload=${upload}&offset=${offset}&total=${total}`,
      chunk,
      CHUNK_WAIT_MS,
    ),
});

/** What a failure means for what is to be sent. */
export type Failure = "later" | "over" | "refused";

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Problem)) return "later"; // cut off within an answer
  const { status } = error;
  if (status === 0 || status === 408 || status === 425 || status === 429 || status >= 500) return "later";
  return status === 401 || status === 403 || status === 410 ? "over" : "refused";
}

export const codeOf = (error: unknown): string => (error instanceof Problem ? error.code : "unreachable");
