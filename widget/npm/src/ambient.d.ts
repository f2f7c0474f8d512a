// What the build resolves for the sources and no package provides.

/** Minified by the build. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** wasm-bindgen's output for the Rust half; wasm.ts says what it offers. */
declare module "byo-wasm" {
  export default function init(options: { module_or_path: Uint8Array }): Promise<{ memory: WebAssembly.Memory }>;
  export const KeyBuffer: never;
  export const Client: never;
  export function verdictText(verdict: string): { title: string; next: string };
}

/** The module itself, as seal/decode.ts reads it. */
declare module "byo-wasm/binary" {
  const text: string;
  export default text;
}

/** The origin this file was served from, in the build that a byo server serves; otherwise undefined. */
declare const BYO_SERVED_FROM: string | undefined;
