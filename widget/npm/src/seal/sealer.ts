// What seals a key, whichever way it is done here. Types alone: the panel and the client know no more of it.

import type { ProviderConfig, Purpose } from "../wire.js";

export type SuiteName = "x25519-hkdf-sha256-chacha20poly1305" | "x25519-hkdf-sha256-aes256gcm";

/** What an envelope is bound to: opened for anything else, it does not open. */
export interface Binding {
  /** The server's origin. */
  audience: string;
  /** The token's, as `byo_seal::principal_id` makes it. */
  principal: string;
  purpose: Purpose;
  provider: string;
  refId: string;
  name: string;
  providerConfig: ProviderConfig;
  pageOrigin: string;
  challenge: Uint8Array;
  publicKey: Uint8Array;
}

/** Why a key may be the wrong one; never a reason to refuse it. */
export type HintCode =
  /** It looks like that provider's, or like that provider's key for administrators. */
  { code: "other" | "admin"; provider: string } | { code: "byo" | "masked" | "spaced" };

/** A key between the field and the envelope, where it can be overwritten. It is, after ten minutes at the latest. */
export interface HeldKey {
  /** Bytes left after cleaning. */
  readonly length: number;
  /** Where it can be told. */
  looksLike(provider: string): HintCode | undefined;
  /** Overwrites it. A request already on its way keeps its envelope and nothing else. */
  drop(): void;
}

export interface Sealed {
  kid: string;
  enc: string;
  ciphertext: string;
}

export interface Sealer {
  readonly suite: SuiteName;
  /** Cleans what was typed or pasted. Throws `key_too_long`. */
  hold(text: string, expired?: () => void): HeldKey;
  /** Rejects with `key_missing` where the key was dropped, and with `bad_params` what cannot be sealed to. */
  seal(key: HeldKey, binding: Binding): Promise<Sealed>;
  /** SHA-256. */
  digest(bytes: Uint8Array): Promise<Uint8Array>;
}

/** 32 random bytes; the pinned vectors bring their own. */
export type Random = () => Uint8Array;
