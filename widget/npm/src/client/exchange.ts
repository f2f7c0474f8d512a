// One request to the server and its answer.

import type { ByoError } from "../error.js";
import { failure } from "../failure.js";
import type { Fetch } from "../options.js";
import type { Endpoint } from "./endpoint.js";
import { refusal } from "./problem.js";

/** The time a call may take, all its requests together. */
const CALL_MS = 40_000;

/** A server and the way to it. */
export interface Server {
  readonly endpoint: Endpoint;
  /** The browser's, unless the page gave one. */
  readonly fetch: Fetch | undefined;
  /** Says for which page a frame of the server's own acts. */
  readonly framed: boolean;
}

/** What came back: the JSON of a success, or a failure and the body that told it. */
type Outcome = { readonly answer: object } | { readonly error: ByoError; readonly body: unknown };

/** Cancels the requests of a call when its time is over. */
export function deadline(): AbortSignal {
  return AbortSignal.timeout(CALL_MS);
}

/** Sends a GET, or a POST where there is a body. Rejects where there was no answer. */
export async function send(server: Server, signal: AbortSignal, path: string, body?: string): Promise<Outcome> {
  const { endpoint } = server;
  let response: Response;
  let text: string;
  try {
    // The browser's is looked up at each call, and called as no object's method.
    const { fetch = globalThis.fetch } = server;
    response = await fetch(endpoint.root + path, request(server, signal, body));
    text = await response.text();
  } catch (cause) {
    throw failure(signal.aborted ? "timed_out" : "network_error", {}, undefined, { cause });
  }
  const json = parsed(text);
  if (response.ok && typeof json === "object" && json !== null) return { answer: json };
  const told = response.ok ? undefined : json;
  const head = { status: response.status, requestId: response.headers.get("x-request-id"), retryAfter: response.headers.get("retry-after") };
  return { error: refusal(told, head), body: told };
}

/** The same, and rejects what is refused. */
export async function exchange(server: Server, signal: AbortSignal, path: string, body?: string): Promise<object> {
  const outcome = await send(server, signal, path, body);
  if ("error" in outcome) throw outcome.error;
  return outcome.answer;
}

function request({ endpoint, framed }: Server, signal: AbortSignal, body: string | undefined): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${endpoint.token}` };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (framed) headers["x-byo-page-origin"] = endpoint.pageOrigin;
  return {
    method: body === undefined ? "GET" : "POST",
    headers,
    ...(body === undefined ? {} : { body }),
    mode: "cors",
    cache: "no-store",
    // The token travels in its header; a redirect would carry it, and the envelope, somewhere else.
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    signal,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
