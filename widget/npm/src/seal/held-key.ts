// A key between the field and the sealed envelope.

import { failure } from "../failure.js";
import type { HeldKey, HintCode } from "./sealer.js";

/** More than any provider's key; what is sealed at most is less. */
export const CAPACITY = 8192;
const LIFETIME_MS = 10 * 60 * 1000;

/** Where a key lies, which the sealer that reads it knows. */
export interface Store {
  readonly length: number;
  looksLike?(provider: string): HintCode | undefined;
  /** Overwrites it and lets it go. */
  wipe(): void;
}

/** One key. It is overwritten when it is dropped, at the latest after ten minutes. */
export class Held<S extends Store> implements HeldKey {
  readonly length: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  #store: S | undefined;

  constructor(store: S, expired?: () => void) {
    this.#store = store;
    this.length = store.length;
    this.#timer = setTimeout(() => {
      this.drop();
      expired?.();
    }, LIFETIME_MS);
    // Node would otherwise wait ten minutes before it exits.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  /** What the sealer reads. */
  get store(): S {
    if (!this.#store) throw failure("key_missing", { param: "providerKey" }, "keyForgotten");
    return this.#store;
  }

  looksLike(provider: string): HintCode | undefined {
    return this.#store?.looksLike?.(provider);
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#store?.wipe();
    this.#store = undefined;
  }
}
