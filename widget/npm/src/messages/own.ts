// What a page may bring words for. Loaded where one brings any, since the names of texts come to a kilobyte.

import type more from "./en-more.js";

/** Those of English that may not be loaded yet; the compiler says so when one is missing or too many. */
const MORE = [
  "newKey", "showKey", "clearKey", "goesTo", "replace", "replacing", "cancel", "connected", "keySealed", "keyKept", "keyReady",
  "keyMissing", "keyForgotten", "keyTooLong", "needs.baseUrl", "needs.apiVersion", "fixed", "retry", "hint.other",
  "hint.switch", "switchTo", "hint.admin", "hint.byo", "hint.masked", "hint.spaced", "progress.testing",
  "progress.checking", "progress.connecting", "progress.rotating", "progress.disconnecting", "tested.one", "tested.other", "tested.next",
  "wanted.title", "wanted.next", "expired.title", "expired.next", "disconnected.title", "disconnected.next",
  "reverted.title", "reverted.next", "verdict.valid.title", "verdict.valid.next", "verdict.restricted.title",
  "verdict.restricted.next", "verdict.no_quota.title", "verdict.no_quota.next", "verdict.rate_limited.title",
  "verdict.rate_limited.next", "verdict.rejected.title", "verdict.rejected.next", "verdict.denied.title",
  "verdict.denied.next", "verdict.not_provable.title", "verdict.not_provable.next", "verdict.unreachable.title",
  "verdict.unreachable.next", "verdict.unknown.title", "verdict.unknown.next", "mode.byok", "mode.server",
  "mode.demo", "heading", "endingIn", "fingerprint", "lastChecked", "models.one", "models.other", "allModels",
  "status.disabled.title", "status.disabled.next", "status.suspect.title", "status.suspect.next", "check", "checking",
  "disconnect", "disconnecting", "keep", "disconnectQuestion", "revert", "revertQuestion", "revertThen", "revertWord",
  "typeWord", "wrongWord", "error.busy", "error.changed_meanwhile", "error.disabled", "error.csp_blocks_wasm", "error.insecure_context",
  "error.key_missing", "error.key_too_long", "error.invalid_base_url", "error.insecure_base_url",
  "error.invalid_token", "error.secret_token_in_browser", "error.unsupported_suite", "error.bad_params",
  "error.no_randomness", "error.network_error", "error.timed_out", "error.unexpected_answer",
  "error.key_not_vouched_for", "error.directory_untrusted", "error.directory_missing", "error.directory_expired",
  "error.directory_rolled_back", "error.mode_unsupported", "error.trust_root_unsupported", "error.isolated_base_url",
  "error.isolated_same_origin", "error.frame_timeout", "error.frame_protocol", "error.malformed_request",
  "error.malformed_json", "error.invalid_header", "error.conflicting_credentials", "error.credential_in_url",
  "error.unauthenticated", "error.forbidden", "error.origin_not_allowed", "error.no_key_connected",
  "error.model_not_allowed", "error.request_key_expired", "error.not_found", "error.method_not_allowed",
  "error.request_timeout", "error.connect_session_required", "error.key_rotated", "error.challenge_stale",
  "error.revoked_meanwhile", "error.sealed_key_replayed", "error.session_spent", "error.key_disabled",
  "error.payload_too_large", "error.unsupported_media_type", "error.misdirected_request", "error.invalid_request",
  "error.envelope_invalid", "error.key_rejected", "error.provider_refused", "error.destination_not_allowed",
  "error.rate_limited", "error.internal", "error.provider_unreachable", "error.provider_timeout", "error.unavailable",
  "error.unknown", "error.widget",
] as const satisfies readonly (keyof typeof more)[];
void ({} satisfies Record<Exclude<keyof typeof more, (typeof MORE)[number]>, never>);
const NAMES: ReadonlySet<string> = new Set(MORE);

/** Forms of what is counted that English does without. */
const FORM = /^(tested|models)\.(zero|two|few|many)$/;

/** More would not fit anywhere; a frame takes none that is longer. */
const LONGEST = 1_000;

/** What is wrong with a bundle: what it is, a name, or a text. `known` is what there are words for besides. */
export function faultIn(bundle: unknown, known: object): string | undefined {
  if (typeof bundle !== "object" || bundle === null || Array.isArray(bundle)) return "must be an object of texts";
  for (const [key, text] of Object.entries(bundle)) {
    const name = JSON.stringify(key);
    if (!NAMES.has(key) && !FORM.test(key) && !Object.hasOwn(known, key)) return `there is no text called ${name}`;
    if (typeof text !== "string") return `${name} must be a text, not ${text === null ? "null" : typeof text}`;
    if (text.length > LONGEST) return `${name} is longer than ${LONGEST} characters`;
  }
  return undefined;
}
