// What byo's HTTP API says, as far as the browser sees it.

import type { Verdict } from "./error.js";

/** Where a key works, when that is not the provider's own address. */
export interface ProviderConfig {
  baseUrl?: string;
  wireApi?: "completions" | "responses";
  azure?: { apiVersion: string; deployment?: string };
  region?: string;
}

/** Which key is meant. */
export interface KeyTarget {
  /** `openai`, `anthropic`, `google`, … */
  provider: string;
  /** Your identifier for the customer. */
  refId: string;
  /** Several keys of one provider are told apart by name; `default` otherwise. */
  name?: string;
}

export interface SubmitFields extends KeyTarget {
  providerConfig?: ProviderConfig;
}

/** What a key is sealed for; with `request` it is handed out and not posted. */
export type Purpose = "connect" | "test" | "rotate" | "request";

/** The answer to `connect` and `rotate`. */
export interface ConnectedKey {
  id: string;
  provider: string;
  refId: string;
  name: string;
  status: KeyStatus;
  fingerprint: string;
  verdict: Verdict;
  updated: boolean;
  /** The last four characters; connect sessions only. */
  hint?: string;
  /** What the key may use; connect sessions only. */
  models?: string[];
}

/** The answer to `test`. */
export interface TestResult {
  verdict: Verdict;
  valid: boolean;
  models: string[];
  error: { code: string; message: string } | null;
}

/** The answer to `sealForRequest`. */
export interface SealedForRequest {
  /** The value of `X-BYO-Sealed-Key`. */
  sealedKey: string;
  /** Until when it may be used. */
  expiresAt: string;
}

/** A key as it is listed. Never the key itself. */
export interface StoredKey extends Omit<ConnectedKey, "updated"> {
  providerConfig?: ProviderConfig | null;
  createdAt?: string;
  updatedAt?: string;
  checkedAt?: string | null;
}

export interface KeyPage {
  data: StoredKey[];
  nextCursor: string | null;
}

/** The answer to `disconnect`. */
export interface DisconnectedKey {
  id: string | null;
  provider: string;
  refId: string;
  name: string;
  status: "revoked";
}

/** The answer to a check of a stored key. */
export interface Validated {
  valid: boolean;
  verdict: Verdict;
  models: string[];
  checkedAt: string;
  error: { code: string; message: string } | null;
}

/** The answer to destroying all keys of a customer. */
export interface Reverted {
  refId: string;
  /** What answers for the customer now; with `none` calls are refused. */
  mode: "platform" | "demo" | "none";
  revoked: { id: string; provider: string; name: string }[];
}

/** Whose key a call uses: the customer's, the product's, a demo's. */
export type Mode = "byok" | "server" | "demo" | "none";

/** What a connect session may do. */
export interface Session {
  refId: string;
  providers: string[] | null;
  allow: ("test" | "connect" | "rotate" | "disconnect" | "request")[];
  environment: "test" | "live";
  expiresAt: string;
  projectName: string;
  /** By provider; `fallback` is what holds without the customer's own key. */
  modes?: Record<string, { mode: Mode; fallback: Mode }>;
  /** By provider: set by whoever made the session, and not to be changed. */
  providerConfigs?: Record<string, ProviderConfig>;
}

export type KeyStatus = "active" | "disabled" | "suspect" | "revoked";

/** What a call resolves with; the caller knows which from what it asked. */
export type Answer = unknown;
