// The Rust half, as text in a lazily imported chunk: the one form that every bundler takes as it is. It asks the page's
// policy for nothing but 'wasm-unsafe-eval'.

import { initSync, Sealer as Module } from "byo-wasm";
import text from "byo-wasm/binary";
import { failure } from "../failure.js";
import { providers } from "../tables.js";
import { encode } from "./bytes.js";
import { encodeHead } from "./context.js";
import { decode } from "./decode.js";
import { CAPACITY, Held, type Store } from "./held-key.js";
import type { Binding, HeldKey, HintCode, Random, Sealed, Sealer } from "./sealer.js";

const ID_CHARS = 16;
const ENC_BYTES = 32;

/** Starts the module. Called once. */
export async function start(random?: Random): Promise<Sealer> {
  // Compiled here, since the other way of starting brings all that fetches a module.
  const { memory } = initSync({ module: await WebAssembly.compile(decode(text)) });
  return new WasmSealer(memory, random);
}

class WasmSealer implements Sealer {
  readonly suite = "x25519-hkdf-sha256-chacha20poly1305";
  readonly #memory: WebAssembly.Memory;
  readonly #random: Random;

  constructor(memory: WebAssembly.Memory, random: Random = randomBytes) {
    this.#memory = memory;
    this.#random = random;
  }

  hold(text: string, expired?: () => void): HeldKey {
    const module = new Module(CAPACITY);
    const start = module.pointer();
    const { read, written } = new TextEncoder().encodeInto(text, new Uint8Array(this.#memory.buffer, start, CAPACITY));
    if (read < text.length) {
      module.free();
      throw failure("key_too_long", { param: "providerKey" }, "keyTooLong");
    }
    return new Held(new WasmStore(module, module.fill(written)), expired);
  }

  async seal(key: HeldKey, binding: Binding): Promise<Sealed> {
    const random = this.#random();
    const { module } = (key as Held<WasmStore>).store;
    const sealed = module.seal(encodeHead(binding), binding.publicKey, random);
    random.fill(0);
    if (!sealed.length) throw failure("bad_params");
    const [kid, rest] = [sealed.subarray(0, ID_CHARS), sealed.subarray(ID_CHARS)];
    return {
      kid: new TextDecoder().decode(kid),
      enc: encode(rest.subarray(0, ENC_BYTES)),
      ciphertext: encode(rest.subarray(ENC_BYTES)),
    };
  }

  async digest(bytes: Uint8Array): Promise<Uint8Array> {
    return Module.digest(bytes);
  }
}

/** A key in the module's memory, which unlike a JavaScript string can be overwritten. */
class WasmStore implements Store {
  readonly module: Module;
  readonly length: number;

  constructor(module: Module, length: number) {
    this.module = module;
    this.length = length;
  }

  looksLike(provider: string): HintCode | undefined {
    const code = this.module.looksLike(providers.findIndex(({ id }) => id === provider) >>> 0);
    const whose = providers[code & 0xff]?.id as string;
    if (code >= 0x100) return { code: code >= 0x200 ? "admin" : "other", provider: whose };
    const plain = (["spaced", "masked", "byo"] as const)[code - 1];
    return plain && { code: plain };
  }

  wipe(): void {
    this.module.wipe();
    this.module.free();
  }
}

function randomBytes(): Uint8Array {
  try {
    return crypto.getRandomValues(new Uint8Array(32));
  } catch {
    throw failure("no_randomness");
  }
}
