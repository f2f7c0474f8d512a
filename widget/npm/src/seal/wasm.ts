// The Rust half, as text in a lazily imported chunk: the one form that every bundler takes as it is. It asks the page's
// policy for nothing but 'wasm-unsafe-eval'.

import text from "byo-wasm";
import { failure } from "../failure.js";
import { providers } from "../tables.js";
import { concat, encode } from "./bytes.js";
import { encodeHead } from "./context.js";
import { decode } from "./decode.js";
import { CAPACITY, Held, type Store } from "./held-key.js";
import type { Binding, HeldKey, HintCode, Random, Sealed, Sealer } from "./sealer.js";

const KEY_BYTES = 32;
/** What comes back: the key's id, `enc`, and at most so much ciphertext. */
const ID_CHARS = 16;
const ENC_BYTES = 32;
const HASH_BYTES = 32;
const MOST_SEALED = ID_CHARS + ENC_BYTES + 4096 + 16;

/**
 * The module by itself: widget/src/sealer.rs, as wasm-bindgen names it. Only numbers cross, so that nothing of the
 * JavaScript which wasm-bindgen makes is needed. A buffer is the number of one.
 */
interface Module {
  readonly memory: WebAssembly.Memory;
  buffer_new(capacity: number): number;
  buffer_pointer(buffer: number): number;
  buffer_fill(buffer: number, written: number): number;
  buffer_looksLike(buffer: number, provider: number): number;
  buffer_seal(buffer: number, exchanged: number, written: number): number;
  buffer_digest(buffer: number, written: number): void;
  /** Overwrites it and gives its memory back. */
  __wbg_buffer_free(buffer: number, unused: 0): void;
}

/** Starts the module. Called once. */
export async function start(random?: Random): Promise<Sealer> {
  const { exports } = new WebAssembly.Instance(await WebAssembly.compile(decode(text)));
  return new WasmSealer(exports as unknown as Module, random);
}

class WasmSealer implements Sealer {
  readonly suite = "x25519-hkdf-sha256-chacha20poly1305";
  readonly #module: Module;
  readonly #random: Random;

  constructor(module: Module, random: Random = randomBytes) {
    this.#module = module;
    this.#random = random;
  }

  hold(text: string, expired?: () => void): HeldKey {
    const module = this.#module;
    const buffer = module.buffer_new(CAPACITY);
    const { read, written } = new TextEncoder().encodeInto(text, memory(module, buffer, CAPACITY));
    const store = new WasmStore(module, buffer, module.buffer_fill(buffer, written));
    if (read < text.length) {
      store.wipe();
      throw failure("key_too_long", { param: "providerKey" }, "keyTooLong");
    }
    return new Held(store, expired);
  }

  async seal(key: HeldKey, binding: Binding): Promise<Sealed> {
    const { buffer } = (key as Held<WasmStore>).store;
    if (binding.publicKey.length !== KEY_BYTES) throw failure("bad_params");
    const random = this.#random();
    const given = concat(binding.publicKey, random, encodeHead(binding));
    random.fill(0);
    const sealed = this.#exchange(given, (exchanged) => this.#module.buffer_seal(buffer, exchanged, given.length));
    given.fill(0);
    const at = ID_CHARS + ENC_BYTES;
    if (!sealed.length) throw failure("bad_params");
    return {
      kid: new TextDecoder().decode(sealed.subarray(0, ID_CHARS)),
      enc: encode(sealed.subarray(ID_CHARS, at)),
      ciphertext: encode(sealed.subarray(at)),
    };
  }

  async digest(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#exchange(bytes, (exchanged) => {
      this.#module.buffer_digest(exchanged, bytes.length);
      return HASH_BYTES;
    });
  }

  /** Writes the bytes, has them worked on and reads what stands in their place then. */
  #exchange(given: Uint8Array, work: (exchanged: number) => number): Uint8Array {
    const module = this.#module;
    const size = given.length + MOST_SEALED;
    const exchanged = module.buffer_new(size);
    memory(module, exchanged, size).set(given);
    const read = memory(module, exchanged, work(exchanged)).slice();
    module.__wbg_buffer_free(exchanged, 0);
    return read;
  }
}

/** A buffer's bytes. To be asked for anew after each call: what allocates may let the memory grow, and a view is of the old one. */
function memory(module: Module, buffer: number, length: number): Uint8Array {
  return new Uint8Array(module.memory.buffer, module.buffer_pointer(buffer), length);
}

/** A key in the module's memory, which unlike a JavaScript string can be overwritten. */
class WasmStore implements Store {
  readonly #module: Module;
  readonly buffer: number;
  readonly length: number;

  constructor(module: Module, buffer: number, length: number) {
    this.#module = module;
    this.buffer = buffer;
    this.length = length;
  }

  looksLike(provider: string): HintCode | undefined {
    const code = this.#module.buffer_looksLike(this.buffer, providers.findIndex(({ id }) => id === provider));
    const whose = providers[code & 0xff]?.id as string;
    if (code >= 0x100) return { code: code >= 0x200 ? "admin" : "other", provider: whose };
    const plain = (["spaced", "masked", "byo"] as const)[code - 1];
    return plain && { code: plain };
  }

  wipe(): void {
    this.#module.__wbg_buffer_free(this.buffer, 0);
  }
}

function randomBytes(): Uint8Array {
  try {
    return crypto.getRandomValues(new Uint8Array(32));
  } catch {
    throw failure("no_randomness");
  }
}
