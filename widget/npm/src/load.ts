// Fetches the Rust half once, on first need.

import { ByoError } from "./error.js";
import type { Bindings } from "./wasm.js";

let loading: Promise<Bindings> | undefined;

/** The Rust half. A failed load is tried again by the next call. */
export function load(): Promise<Bindings> {
  loading ??= fetchAndStart().catch((reason: unknown) => {
    loading = undefined;
    throw reason;
  });
  return loading;
}

async function fetchAndStart(): Promise<Bindings> {
  if (!wasmAllowed()) {
    throw failure(
      "config",
      "csp_blocks_wasm",
      "This page's security policy blocks WebAssembly, which seals the key. Add 'wasm-unsafe-eval' to script-src. Nothing was sent.",
    );
  }
  try {
    return await (await import("./wasm.js")).start();
  } catch (cause) {
    throw failure("network", "load_failed", "The part that seals the key could not be loaded. Nothing was sent.", cause);
  }
}

/** Whether the page may compile anything: tried with the smallest module there is. */
function wasmAllowed(): boolean {
  try {
    return new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}

function failure(type: string, code: string, message: string, cause?: unknown): ByoError {
  return new ByoError({ type, code, message }, { cause });
}
