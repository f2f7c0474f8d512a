// A key between the field and the sealed envelope.

import { type ByoError, misuse } from "./error.js";
import type { Bindings, KeyBuffer } from "./wasm.js";

/** More than any provider's key; what the Rust half seals at most is less. */
const CAPACITY = 8192;
const LIFETIME_MS = 10 * 60 * 1000;

/** One key in wasm memory. It is overwritten when it is dropped, at the latest after ten minutes. */
export class HeldKey {
  readonly #timer: ReturnType<typeof setTimeout>;
  #buffer: KeyBuffer | undefined;
  /** Bytes left after cleaning. */
  readonly length: number;

  constructor(wasm: Bindings, text: string, expired?: () => void) {
    const buffer = new wasm.KeyBuffer(CAPACITY);
    const start = buffer.pointer();
    const { read, written } = new TextEncoder().encodeInto(text, new Uint8Array(wasm.memory.buffer, start, CAPACITY));
    this.#buffer = buffer;
    this.length = buffer.fill(written);
    this.#timer = setTimeout(() => {
      this.drop();
      expired?.();
    }, LIFETIME_MS);
    // Node would otherwise wait ten minutes before it exits.
    (this.#timer as { unref?: () => void }).unref?.();
    if (read < text.length) {
      this.drop();
      throw misuse("invalid_request", "This is too long for an API key. Copy just the key.", "providerKey", "validation");
    }
  }

  /** What the Rust half reads. */
  get buffer(): KeyBuffer {
    if (!this.#buffer) throw misuse("key_missing", "The key was forgotten. Paste it again.", "providerKey", "validation");
    return this.#buffer;
  }

  /** Overwrites the key. A request already on its way keeps its envelope and nothing else. */
  drop(): void {
    clearTimeout(this.#timer);
    this.#buffer?.wipe();
    this.#buffer?.free();
    this.#buffer = undefined;
  }
}

/** There is no key, where there has to be one. */
export function keyMissing(): ByoError {
  return misuse("key_missing", "Paste your key first.", "providerKey", "validation");
}
