// Sealing by WebCrypto alone, for pages that forbid WebAssembly: HPKE base mode (RFC 9180) with X25519, HKDF-SHA256 and
// AES-256-GCM. Loaded only there.

import { failure } from "../failure.js";
import { type Bytes, concat, encode, utf8 } from "./bytes.js";
import { info, keyId, suiteIds } from "./context.js";
import { CAPACITY, Held, type Store } from "./held-key.js";
import { clean } from "./paste.js";
import type { Binding, HeldKey, Sealed, Sealer } from "./sealer.js";

const SUITE = "x25519-hkdf-sha256-aes256gcm";
const PADDED_SIZES = [512, 1024, 2048, 4096];

/** Makes the ephemeral key pair; the pinned vectors bring their own. */
type Ephemeral = () => Promise<CryptoKeyPair>;

/** Rejects where the browser cannot do it. */
export async function start(ephemeral: Ephemeral = generate): Promise<Sealer> {
  await generate();
  return new WebCryptoSealer(ephemeral);
}

class WebCryptoSealer implements Sealer {
  readonly suite = SUITE;
  readonly #ephemeral: Ephemeral;

  constructor(ephemeral: Ephemeral) {
    this.#ephemeral = ephemeral;
  }

  hold(text: string, expired?: () => void): HeldKey {
    const bytes = new Uint8Array(CAPACITY);
    const cleaned = clean(text);
    const { read, written } = new TextEncoder().encodeInto(cleaned, bytes);
    if (read < cleaned.length) {
      bytes.fill(0);
      throw failure("key_too_long", { param: "providerKey" }, "keyTooLong");
    }
    return new Held({ bytes, length: written, wipe: () => void bytes.fill(0) }, expired);
  }

  async seal(key: HeldKey, binding: Binding): Promise<Sealed> {
    const kid = await keyId(digest, SUITE, binding.publicKey);
    const bound = await info(digest, SUITE, kid, binding);
    const { enc, shared } = await encapsulate(await this.#ephemeral(), concat(binding.publicKey));
    const { aead, nonce } = await schedule(shared, bound);
    // Looked at as late as this: it may have been dropped meanwhile.
    const padded = pad((key as Held<BytesStore>).store);
    const ciphertext = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, aead, padded);
    padded.fill(0);
    return { kid, enc: encode(enc), ciphertext: encode(new Uint8Array(ciphertext)) };
  }

  digest(bytes: Uint8Array): Promise<Uint8Array> {
    return digest(bytes);
  }
}

interface BytesStore extends Store {
  readonly bytes: Uint8Array;
}

async function digest(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(bytes)));
}

function generate(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey("X25519", false, ["deriveBits"]) as Promise<CryptoKeyPair>;
}

function pad({ bytes, length }: BytesStore): Bytes {
  const size = PADDED_SIZES.find((size) => length + 2 <= size);
  if (!size) throw failure("key_too_long", { param: "providerKey" });
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint16(0, length);
  padded.set(bytes.subarray(0, length), 2);
  return padded;
}

/** RFC 9180 §4.1, Encap. */
async function encapsulate({ privateKey, publicKey }: CryptoKeyPair, receiver: Bytes): Promise<{ enc: Bytes; shared: Bytes }> {
  const enc = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  let dh: Bytes;
  try {
    const to = await crypto.subtle.importKey("raw", receiver, "X25519", false, []);
    dh = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: to }, privateKey, 256));
  } catch {
    throw failure("bad_params");
  }
  // A point that leads to no secret; not every browser refuses it by itself (§7.1.4).
  if (dh.every((byte) => byte === 0)) throw failure("bad_params");
  const kem = labeled(utf8("KEM\0\x20"));
  const prk = await kem.extract(EMPTY, "eae_prk", dh);
  const shared = await kem.expand(prk, "shared_secret", concat(enc, receiver), 32);
  dh.fill(0);
  prk.fill(0);
  return { enc, shared };
}

/** RFC 9180 §5.1, KeySchedule in base mode. Wipes what it is made from. */
async function schedule(shared: Bytes, info: Bytes): Promise<{ aead: CryptoKey; nonce: Bytes }> {
  const hpke = labeled(concat(utf8("HPKE"), suiteIds(SUITE)));
  const context = concat(new Uint8Array(1), await hpke.extract(EMPTY, "psk_id_hash", EMPTY), await hpke.extract(EMPTY, "info_hash", info));
  const secret = await hpke.extract(shared, "secret", EMPTY);
  const key = await hpke.expand(secret, "key", context, 32);
  const nonce = await hpke.expand(secret, "base_nonce", context, 12);
  const aead = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  for (const bytes of [shared, secret, key]) bytes.fill(0);
  return { aead, nonce };
}

const EMPTY = new Uint8Array(0);

/** RFC 9180 §4, LabeledExtract and LabeledExpand. */
function labeled(suite: Bytes) {
  const version = utf8("HPKE-v1");
  return {
    extract: (salt: Bytes, label: string, ikm: Bytes) => hmac(salt, concat(version, suite, utf8(label), ikm)),
    /** At most one block of HKDF-Expand is ever needed. */
    expand: async (prk: Bytes, label: string, info: Bytes, length: number) =>
      (await hmac(prk, concat(Uint8Array.of(0, length), version, suite, utf8(label), info, Uint8Array.of(1)))).slice(0, length),
  };
}

async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  // No key is the same as zeros, and not every browser takes none.
  const raw = key.length ? key : new Uint8Array(32);
  const imported = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
  message.fill(0);
  return mac;
}
