// What an envelope is bound to, as bytes; see seal/FORMAT.md.

import { own } from "../given.js";
import type { ProviderConfig } from "../wire.js";
import { type Bytes, concat, utf8 } from "./bytes.js";
import type { Binding, SuiteName } from "./sealer.js";

type Digest = (bytes: Uint8Array) => Promise<Uint8Array>;

const SUITES: { readonly [name in SuiteName]: Bytes } = {
  "x25519-hkdf-sha256-chacha20poly1305": Uint8Array.of(0, 0x20, 0, 1, 0, 3),
  "x25519-hkdf-sha256-aes256gcm": Uint8Array.of(0, 0x20, 0, 1, 0, 2),
};

export function isSuite(name: unknown): name is SuiteName {
  return typeof name === "string" && Object.hasOwn(SUITES, name);
}

export function suiteIds(suite: SuiteName): Bytes {
  return SUITES[suite];
}

/** The public key's id under a suite. */
export async function keyId(digest: Digest, suite: SuiteName, publicKey: Uint8Array): Promise<string> {
  const hash = await digest(concat(SUITES[suite], publicKey));
  return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Fields 3 to 11, each behind its length, the configuration not yet hashed: what the Rust half takes. */
export function encodeHead(binding: Binding): Bytes {
  return prefixed(...fields(binding));
}

/** HPKE's `info`. */
export async function info(digest: Digest, suite: SuiteName, kid: string, binding: Binding): Promise<Bytes> {
  return concat(utf8("byo/seal/v1\0"), await digest(await encodeContext(digest, suite, kid, binding)));
}

/** All eleven fields. */
export async function encodeContext(digest: Digest, suite: SuiteName, kid: string, binding: Binding): Promise<Bytes> {
  const [audience, principal, purpose, provider, refId, name, config, pageOrigin, challenge] = fields(binding);
  return prefixed(SUITES[suite], utf8(kid), audience, principal, purpose, provider, refId, name, await digest(config), pageOrigin, challenge);
}

type Fields = [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes, Bytes];

function fields({ audience, principal, purpose, provider, refId, name, providerConfig, pageOrigin, challenge }: Binding): Fields {
  const texts = [audience, principal, purpose, provider, refId, name].map(utf8);
  return [...texts, canonical(providerConfig), utf8(pageOrigin), concat(challenge)] as Fields;
}

/** The members that are there, in this order, each as name and value. */
function canonical(config: ProviderConfig): Bytes {
  const { baseUrl, wireApi, azure, region } = own(config);
  const { apiVersion, deployment } = own<{ apiVersion?: string; deployment?: string }>(azure ?? {});
  const members = { baseUrl, wireApi, "azure.apiVersion": apiVersion, "azure.deployment": deployment, region };
  const there = Object.entries(members).filter((member): member is [string, string] => member[1] !== undefined);
  return prefixed(...there.flat().map(utf8));
}

/** Every field behind its length, a big-endian u32. */
function prefixed(...fields: readonly Uint8Array[]): Bytes {
  return concat(
    ...fields.flatMap((field) => {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, field.length);
      return [length, field];
    }),
  );
}
