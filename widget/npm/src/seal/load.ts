// Which of the two ways of sealing there is here, found out once, on first need.

import { ByoError } from "../error.js";
import { failure } from "../failure.js";
import type { Sealer } from "./sealer.js";
import { start } from "./wasm.js";

let opening: Promise<Sealer> | undefined;

/** WebAssembly's, else WebCrypto's, else one error that says what is missing. What failed is tried again by the next call. */
export function openSealer(): Promise<Sealer> {
  opening ??= open().catch((reason: unknown) => {
    opening = undefined;
    throw reason;
  });
  return opening;
}

async function open(): Promise<Sealer> {
  let reason: ByoError;
  try {
    if (wasmAllowed()) return await start();
    reason = failure("csp_blocks_wasm");
  } catch (fault) {
    reason = ByoError.from(fault);
  }
  // Only pages over TLS have it.
  if (!globalThis.crypto?.subtle) throw failure("insecure_context");
  try {
    return await (await import("./webcrypto.js")).start();
  } catch (cause) {
    reason.cause ??= cause;
    throw reason;
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
