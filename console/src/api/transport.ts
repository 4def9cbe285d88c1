/** The one way to the server: JSON in, JSON or a Problem out. */

export interface ProblemDetails {
  status: number;
  code: string;
  title: string;
  detail: string;
  remedy: string;
}

/** A refusal of the server, or the network's silence (`code` "unreachable"). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;

  constructor(details: Partial<ProblemDetails>) {
    super(details.detail ?? details.title ?? details.code ?? "problem");
    this.status = details.status ?? 0;
    this.code = details.code ?? "unknown";
    this.detail = details.detail ?? details.title ?? "";
    this.remedy = details.remedy ?? "";
  }
}

export const WAIT_MS = 15_000;
/** A camera may take half a minute to its first picture. */
export const TEST_WAIT_MS = 60_000;
/** A file of 64 MB on a slow line, and the reading of it. */
export const FILE_WAIT_MS = 900_000;

let onSignedOut: () => void = () => undefined;

/** Called once by the session: any later 401 ends it. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

/** What a refusal says of itself; of an answer that is none of ours its status alone. */
export function problemIn(status: number, title: string, text: string): Problem {
  try {
    return new Problem({ ...(JSON.parse(text) as Partial<ProblemDetails>), status });
  } catch {
    return new Problem({ status, title });
  }
}

/** A session that has ended is told to whoever keeps it. */
export function toldSignedOut(problem: Problem): void {
  if (problem.status === 401 && problem.code !== "wrong_credentials") onSignedOut();
}

/** JSON or a file there, JSON back; nothing (204) is undefined. Throws a Problem. */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  wait_ms = WAIT_MS,
): Promise<T> {
  const json = body !== undefined && !(body instanceof Blob);
  const response = await answerTo(path, {
    method,
    headers: json ? { "Content-Type": "application/json" } : {},
    body: json ? JSON.stringify(body) : ((body as Blob | undefined) ?? null),
    signal: AbortSignal.timeout(wait_ms),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** Whatever the server answers, if it does not refuse. Throws a Problem. */
export async function answerTo(path: string, request: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...request });
  } catch {
    throw new Problem({ code: "unreachable" });
  }
  if (!response.ok) {
    const problem = problemIn(response.status, response.statusText, await response.text().catch(() => ""));
    toldSignedOut(problem);
    throw problem;
  }
  return response;
}
