// What the server offers for sealing.

import { failure } from "../failure.js";
import { decode } from "../seal/bytes.js";
import { isSuite, keyId } from "../seal/context.js";
import type { Sealer } from "../seal/sealer.js";
import { member } from "./problem.js";

/** Parameters that hold together. */
export interface Offer {
  readonly publicKey: Uint8Array;
  /** The same as it came, for whoever vouches for it. */
  readonly publicKeyText: string;
  readonly challenge: Uint8Array;
  /** Until when an envelope with it is taken, as the server wrote it. */
  readonly expiresAt: unknown;
}

const MOST_CHALLENGE_BYTES = 128;

/** Checks that there is a suite that both can do, and that the key id belongs to the public key. */
export async function readOffer(json: unknown, sealer: Sealer): Promise<Offer> {
  const [suites, publicKeyText, kid, expiresAt] = ["suites", "publicKey", "kid", "expiresAt"].map((name) => member(json, name));
  if (!Array.isArray(suites)) throw failure("bad_params");
  if (!suites.includes(sealer.suite)) throw failure("unsupported_suite");
  const publicKey = decode(publicKeyText);
  const challenge = decode(member(json, "challenge"));
  if (publicKey?.length !== 32 || !challenge || challenge.length > MOST_CHALLENGE_BYTES) throw failure("bad_params");
  // The id that is announced is the one under the first suite, of those that are known here.
  const [first = sealer.suite] = suites.filter(isSuite);
  if (kid !== (await keyId((bytes) => sealer.digest(bytes), first, publicKey))) throw failure("bad_params");
  return { publicKey, publicKeyText: publicKeyText as string, challenge, expiresAt };
}
