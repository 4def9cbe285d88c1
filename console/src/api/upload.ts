/** A large file to the server, with how much of it has gone: `fetch` does not tell that. */

import { Problem, problemIn, toldSignedOut } from "./transport";

/**
 * Sends a file as the body of a POST; JSON back.
 *
 * `progress` hears shares from 0 to 1. Throws a Problem; code "cancelled" when the signal ends it.
 */
export function sent<T>(path: string, file: Blob, progress: (share: number) => void, signal: AbortSignal, wait_ms: number): Promise<T> {
  return new Promise<T>((done, failed) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    const end = (work: () => void): void => {
      signal.removeEventListener("abort", stop);
      work();
    };
    request.open("POST", path);
    request.timeout = wait_ms;
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onabort = () => end(() => failed(new Problem({ code: "cancelled" })));
    request.onerror = request.ontimeout = () => end(() => failed(new Problem({ code: "unreachable" })));
    request.onload = () =>
      end(() => {
        if (request.status >= 200 && request.status < 300) return done(JSON.parse(request.responseText) as T);
        const problem = problemIn(request.status, request.statusText, request.responseText);
        toldSignedOut(problem);
        failed(problem);
      });
    if (signal.aborted) return failed(new Problem({ code: "cancelled" }));
    signal.addEventListener("abort", stop);
    // As a plain Blob: the type that a browser guesses by a name is nobody's business.
    request.send(new Blob([file]));
  });
}
