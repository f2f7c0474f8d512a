// What the panel shows, as data. state.ts changes it, render.ts draws it.

import type { ByoErrorFields, Verdict } from "../error.js";
import { own } from "../given.js";
import type { Key, Words } from "../messages/type.js";
import type { ConnectState, PanelConfig } from "../protocol.js";
import type { HintCode } from "../seal/sealer.js";
import type { ConnectedKey, ProviderConfig, Session, StoredKey } from "../wire.js";
import { all, type Provider } from "./catalogue.js";

export type KnownKey = (ConnectedKey | StoredKey) & { checkedAt?: string | null };

export interface Model {
  config: PanelConfig;
  words: Words;
  state: ConnectState;
  /** What has been begun with a connected key. */
  step: "replace" | "confirm-disconnect" | "confirm-revert" | undefined;
  providers: readonly Provider[];
  provider: Provider | undefined;
  /** Connected keys by provider. */
  keys: Map<string, KnownKey>;
  session: Session | undefined;
  /** There is text in the field. */
  typed: boolean;
  /** A key waits for the next step. */
  held: boolean;
  /** Why the key may be the wrong one. Never a reason to refuse it. */
  looksLike: HintCode | undefined;
  notice: Notice | undefined;
  problem: ByoErrorFields | undefined;
  /** Why no key is taken at all: the page's root of trust does not vouch for the server. */
  barred: ByoErrorFields | undefined;
}

/** Words that are looked up when they are drawn, since the language may change meanwhile. */
export type Said = readonly [Key, Record<string, string | number>?];

/** Something to tell that is no error. */
export interface Notice {
  tone: Tone;
  title: Said;
  next: Said;
}

type Tone = "good" | "warn" | "bad";

export function isSession({ config }: Model): boolean {
  return config.token.startsWith("byo_cs_");
}

export function isTest({ config }: Model): boolean {
  return config.token.startsWith("_test_", 6);
}

export function isBusy({ state }: Model): boolean {
  return state === "testing" || state === "connecting" || state === "rotating" || state === "disconnecting";
}

/** The key of the provider that is shown. */
export function currentKey({ keys, provider }: Model): KnownKey | undefined {
  return provider && keys.get(provider.id);
}

/** Where and how this provider's key is used, where that is not for the customer to say. */
export function fixedConfig({ session, provider, config }: Pick<Model, "session" | "provider" | "config">): ProviderConfig | undefined {
  return own(session?.providerConfigs ?? {})[provider?.id ?? ""] ?? config.providerConfig;
}

/** Whose key it seems to be, where that is somebody else's. */
export function suspected(hint: HintCode | undefined): Provider | undefined {
  return hint?.code === "other" ? all.find(({ id }) => id === hint.provider) : undefined;
}

/** The form is shown, not the connected key. */
export function isEntering(model: Model): boolean {
  return model.step === "replace" || !currentKey(model);
}

/** Until a session has been read it may do everything; a publishable key may only connect. */
export function may(model: Model, what: Session["allow"][number]): boolean {
  return model.session ? model.session.allow.includes(what) : what === "connect" || isSession(model);
}

export function toneOf(verdict: Verdict): Tone {
  if (verdict === "valid") return "good";
  return verdict === "rejected" || verdict === "denied" || verdict === "unreachable" ? "bad" : "warn";
}
