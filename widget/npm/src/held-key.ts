// A key between the field and the sealed envelope.

import { misuse } from "./error.js";
import type { Bindings, KeyBuffer } from "./wasm.js";

/** More than any provider's key; what the Rust half seals at most is less. */
const CAPACITY = 8192;
const LIFETIME_MS = 10 * 60 * 1000;

/** One key in wasm memory. It is overwritten when it is dropped, at the latest after ten minutes. */
export class HeldKey {
  readonly #buffer: KeyBuffer;
  readonly #timer: ReturnType<typeof setTimeout>;
  #inUse = 0;
  #dropped = false;
  /** Bytes left after cleaning. */
  readonly length: number;

  constructor(wasm: Bindings, text: string, expired: () => void = () => {}) {
    this.#buffer = new wasm.KeyBuffer(CAPACITY);
    const room = new Uint8Array(wasm.memory.buffer, this.#buffer.pointer(), CAPACITY);
    const { read, written } = new TextEncoder().encodeInto(text, room);
    this.length = this.#buffer.fill(written);
    this.#timer = setTimeout(() => {
      this.drop();
      expired();
    }, LIFETIME_MS);
    // Node would otherwise wait ten minutes before it exits.
    (this.#timer as { unref?: () => void }).unref?.();
    if (read < text.length) {
      this.drop();
      throw misuse("key_too_long", "This is too long for an API key. Copy just the key.", "providerKey");
    }
  }

  /** The provider whose keys look like this one. */
  looksLike(provider: string): string | undefined {
    return this.#dropped ? undefined : this.#buffer.looksLike(provider);
  }

  /** Lends the buffer out; it is not freed under whoever reads it. */
  async lend<T>(use: (buffer: KeyBuffer) => Promise<T>): Promise<T> {
    if (this.#dropped) throw misuse("key_missing", "Paste the key again: it was kept for ten minutes only.");
    this.#inUse += 1;
    try {
      return await use(this.#buffer);
    } finally {
      this.#inUse -= 1;
      if (this.#dropped) this.#free();
    }
  }

  /** Overwrites the key, at once or as soon as nobody reads it. */
  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    clearTimeout(this.#timer);
    this.#free();
  }

  #free(): void {
    if (this.#inUse > 0) return;
    this.#buffer.wipe();
    this.#buffer.free();
  }
}
