/** What is done on the server: sent with a key of its own, so that it is safe to send it twice. */

import { freshKey } from "../lib/keys";
import { answerTo, Problem, WAIT_MS } from "./transport";

const AGAIN_MS = 800;

/** JSON there, JSON back. Throws a Problem. */
export async function deed<T>(path: string, body: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": freshKey() };
  const send = async () => {
    const signal = AbortSignal.timeout(WAIT_MS);
    const request = { method: "POST", headers, body: JSON.stringify(body), signal };
    return (await (await answerTo(path, request)).json()) as T;
  };
  try {
    return await send();
  } catch (problem) {
    // A line that broke tells nothing of whether it was done: ask again, under the same key.
    if (!(problem instanceof Problem) || problem.code !== "unreachable") throw problem;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    return await send();
  }
}
