// The Rust half as text in a lazily imported chunk: the one form that every bundler takes as it is. It asks the page's policy for nothing but 'wasm-unsafe-eval'.

import type { Fetch } from "./options.js";
import { decode } from "./seal/decode.js";
import type { Answer, KeyPage, Purpose, Session, SubmitFields } from "./wire.js";

import init, { Client, KeyBuffer, verdictText } from "byo-wasm";
import text from "byo-wasm/binary";

/** Starts the module. Called once. */
export async function start(): Promise<Bindings> {
  const { memory } = await init({ module_or_path: decode(text) });
  return { memory, KeyBuffer, Client, verdictText };
}

/** What the Rust half offers; it holds everything that decides about a key or touches one. */
export interface Bindings {
  memory: WebAssembly.Memory;
  KeyBuffer: new (capacity: number) => KeyBuffer;
  Client: new (baseUrl: string, token: string, pageOrigin: string, fetch: Fetch, vouch?: Vouch) => WasmClient;
  verdictText(verdict: string): { title: string; next: string };
}

/** Rejects where a public key must not be sealed to. */
export type Vouch = (publicKey: string, suite: string) => Promise<void>;

/** Room for one key in wasm memory, which unlike a JavaScript string can be overwritten. */
export interface KeyBuffer {
  pointer(): number;
  /** Cleans what was written and says how much is left. */
  fill(written: number): number;
  length(): number;
  /** A sentence for the reader where this does not look like a key of that provider. */
  looksLike(provider: string): string | undefined;
  wipe(): void;
  free(): void;
}

export interface WasmClient {
  submit(purpose: Purpose, fields: SubmitFields, key: KeyBuffer): Promise<Answer>;
  session(): Promise<Session>;
  keys(refId?: string): Promise<KeyPage>;
  disconnect(fields: { provider: string; refId: string; name?: string }): Promise<Answer>;
}
