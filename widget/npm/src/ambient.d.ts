// What the build resolves for the sources and no package provides.

/** Minified by the build. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** wasm-bindgen's output for the Rust half. */
declare module "byo-wasm" {
  import type { Bindings } from "./wasm.js";
  export default function init(options: { module_or_path: Uint8Array }): Promise<{ memory: WebAssembly.Memory }>;
  export const KeyBuffer: Bindings["KeyBuffer"];
  export const Client: Bindings["Client"];
  export const verdictText: Bindings["verdictText"];
}

/** The module itself, embedded as base64. */
declare module "byo-wasm/binary" {
  const bytes: Uint8Array;
  export default bytes;
}

/** The origin this file was served from, in the build that a byo server serves; otherwise undefined. */
declare const BYO_SERVED_FROM: string | undefined;
