// When an attempt is made once more: only where the server asks for a fresh envelope.

import type { ByoError } from "../error.js";

/** True when sealing again to fresh parameters is likely to succeed. */
export function wantsFreshEnvelope({ status, code }: Pick<ByoError, "status" | "code">, attempt: number): boolean {
  return attempt === 0 && status === 409 && (code === "key_rotated" || code === "challenge_stale");
}
