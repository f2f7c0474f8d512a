// What the element shows, as data. element.ts changes it, render.ts draws it.

import type { ByoError, Verdict } from "../error.js";
import type { ConnectedKey, Session, StoredKey } from "../wire.js";
import type { Provider } from "./catalogue.js";

/** `:state(…)` and `data-state`. */
export type ConnectState =
  | "idle"
  | "typing"
  | "testing"
  | "connecting"
  | "connected"
  | "rotating"
  | "disconnecting"
  | "error";

export type KnownKey = ConnectedKey | StoredKey;

export interface Model {
  state: ConnectState;
  providers: readonly Provider[];
  provider: Provider | undefined;
  /** Connected keys by provider. */
  keys: Map<string, KnownKey>;
  isSession: boolean;
  isTest: boolean;
  session: Session | undefined;
  /** The label attribute, over the provider's own. */
  label: string | null;
  disabled: boolean;
  hideBadge: boolean;
  autofill: boolean;
  /** There is text in the field. */
  typed: boolean;
  /** A key waits in wasm memory for the next step. */
  held: boolean;
  looksLike: Hint | undefined;
  /** A new key is being entered over a connected one. */
  replacing: boolean;
  /** Disconnect waits for its second click. */
  asking: boolean;
  notice: Notice | undefined;
  problem: ByoError | undefined;
  /** The Rust half's words for a verdict; absent until it is loaded. */
  verdictText: ((verdict: Verdict) => { title: string; next: string }) | undefined;
}

/** Why a key may be the wrong one, and whose it seems to be. Never a reason to refuse it. */
export interface Hint {
  text: string;
  provider: Provider | undefined;
}

/** Something to tell that is no error. */
export interface Notice {
  tone: Tone;
  title: string;
  text: string;
}

export type Tone = "good" | "warn" | "bad";

export function isBusy({ state }: Model): boolean {
  return state === "testing" || state === "connecting" || state === "rotating" || state === "disconnecting";
}

/** The key of the provider that is shown. */
export function currentKey({ keys, provider }: Model): KnownKey | undefined {
  return provider && keys.get(provider.id);
}

/** The form is shown, not the panel. */
export function isEntering(model: Model): boolean {
  return model.replacing || !currentKey(model);
}

/** Until a session has been read it may do everything; a publishable key may only connect. */
export function may({ isSession, session }: Model, what: Session["allow"][number]): boolean {
  return session ? session.allow.includes(what) : what === "connect" || isSession;
}

export function toneOf(verdict: Verdict): Tone {
  if (verdict === "valid") return "good";
  return verdict === "rejected" || verdict === "denied" || verdict === "unreachable" ? "bad" : "warn";
}
