// What the build resolves for the sources and no package provides.

/** Minified by the build. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** The module of the Rust half, as seal/decode.ts reads it. */
declare module "byo-wasm" {
  const text: string;
  export default text;
}

/** The origin this file was served from, in the build that a byo server serves; otherwise undefined. */
declare const BYO_SERVED_FROM: string | undefined;
