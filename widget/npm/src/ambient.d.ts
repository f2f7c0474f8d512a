// What the build resolves for the sources and no package provides.

/** Minified by the build. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** wasm-bindgen's output for the Rust half: widget/src/sealer.rs. */
declare module "byo-wasm" {
  export function initSync(options: { module: WebAssembly.Module }): { memory: WebAssembly.Memory };
  export class Sealer {
    constructor(capacity: number);
    pointer(): number;
    fill(written: number): number;
    looksLike(provider: number): number;
    seal(head: Uint8Array, publicKey: Uint8Array, random: Uint8Array): Uint8Array;
    static digest(bytes: Uint8Array): Uint8Array;
    wipe(): void;
    free(): void;
  }
}

/** The module itself, as seal/decode.ts reads it. */
declare module "byo-wasm/binary" {
  const text: string;
  export default text;
}

/** The origin this file was served from, in the build that a byo server serves; otherwise undefined. */
declare const BYO_SERVED_FROM: string | undefined;
