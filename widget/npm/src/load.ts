// Starts the Rust half once, on first need.

import { misuse } from "./error.js";
import { type Bindings, start } from "./wasm.js";

let loading: Promise<Bindings> | undefined;

/** The Rust half. A failed start is tried again by the next call. */
export function load(): Promise<Bindings> {
  loading ??= startIfAllowed().catch((reason: unknown) => {
    loading = undefined;
    throw reason;
  });
  return loading;
}

async function startIfAllowed(): Promise<Bindings> {
  if (wasmAllowed()) return start();
  throw misuse(
    "csp_blocks_wasm",
    "This page's security policy blocks WebAssembly, which seals the key: its script-src needs 'wasm-unsafe-eval'. Nothing was sent.",
  );
}

/** Whether the page may compile anything: tried with the smallest module there is. */
function wasmAllowed(): boolean {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}
