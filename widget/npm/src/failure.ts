// What went wrong by its code: whose fault it is, and the words for it. Loaded with what can fail that way.

import { ByoError, type ByoErrorFields, present } from "./error.js";
import english from "./messages/en-more.js";

/** Whose fault a code is, where it is not the server's. */
const KINDS: { readonly [kind: string]: readonly string[] } = {
  validation: ["key_missing", "key_too_long", "invalid_request", "destination_not_allowed"],
  auth: ["unauthenticated", "forbidden", "connect_session_required", "session_spent"],
  key: ["key_disabled", "key_rejected"],
  provider: ["provider_unreachable"],
  network: ["network_error", "timed_out"],
  config: [
    "csp_blocks_wasm",
    "insecure_context",
    "invalid_base_url",
    "insecure_base_url",
    "invalid_token",
    "secret_token_in_browser",
    "unsupported_suite",
    "no_randomness",
    "trust_root_unsupported",
    "origin_not_allowed",
    "not_found",
    "method_not_allowed",
    "misdirected_request",
    "envelope_invalid",
  ],
};

/** A failure by its code, in the words for `said` or for the code itself. What stood in the way is for developers. */
export function failure(code: string, more: Partial<ByoErrorFields> = {}, said = `error.${code}`, options?: ErrorOptions): ByoError {
  const words = english as { readonly [key: string]: string };
  const message = words[said] ?? english["error.unknown"];
  return new ByoError(present({ type: kindOf(code, more.status), code, message, ...more }) as ByoErrorFields, options);
}

function kindOf(code: string, status: number | undefined): string {
  for (const [kind, codes] of Object.entries(KINDS)) if (codes.includes(code)) return kind;
  const isKnown = `error.${code}` in english;
  return !isKnown && (status === 401 || status === 403) ? "auth" : "server";
}
