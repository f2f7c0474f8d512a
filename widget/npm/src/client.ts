// `createConnect`: the client without any user interface.

import type { Calls } from "./client/calls.js";
import { misuse } from "./error.js";
import { own } from "./given.js";
import { later } from "./later.js";
import { type ConnectOptions, checkOptions } from "./options.js";
import { providers } from "./tables.js";
import type { ConnectedKey, DisconnectedKey, KeyPage, KeyTarget, ProviderConfig, Purpose, SealedForRequest, TestResult } from "./wire.js";

/** Which key, where a session token lets `refId` be left out. */
export type ConnectTarget = Omit<KeyTarget, "refId"> & { refId?: string };

/** What to connect. */
export interface ConnectRequest extends ConnectTarget {
  /** May be empty or left out for an Ollama server that asks for none. */
  providerKey?: string;
  providerConfig?: ProviderConfig;
}

/** What to seal for requests. */
export interface SealRequest extends ConnectRequest {
  /** Seconds for which it may be used, 60 to 86400; an hour otherwise. */
  expiresIn?: number;
}

/** Stores a key, and what else may be done about keys. Every promise rejects with a `ByoError`. */
export interface Connect {
  /** Seals the key here, has it checked with its provider and stored. */
  (request: ConnectRequest): Promise<ConnectedKey>;
  /** Checks without storing. Session tokens only. */
  test(request: ConnectRequest): Promise<TestResult>;
  /** Replaces a stored key; the old one serves until the new one has passed. Session tokens only. */
  rotate(request: ConnectRequest): Promise<ConnectedKey>;
  /**
   * Seals the key here for your backend's calls and stores it nowhere. Your backend sends `sealedKey` on as
   * `X-BYO-Sealed-Key`, for this customer and provider, as often as it likes until `expiresAt`, and cannot read it.
   */
  sealForRequest(request: SealRequest): Promise<SealedForRequest>;
  /** All of the customer's keys, those that were revoked among them. Session tokens only. */
  status(query?: { refId?: string }): Promise<KeyPage>;
  /** Destroys a stored key. Session tokens only. */
  disconnect(target: ConnectTarget): Promise<DisconnectedKey>;
}

/** Opens a client. Loads nothing and sends nothing yet. */
export function createConnect(options: ConnectOptions): Connect {
  const access = checkOptions(options);
  let calls: Calls | undefined;
  const open = async () => {
    const { Calls } = await later();
    return (calls ??= new Calls(access));
  };

  const checked = <T extends ConnectTarget>(given: T): T => {
    const which = own(given);
    const { provider, refId } = which;
    if (!provider) throw misuse("invalid_option", "provider: say which provider the key belongs to.", "provider");
    if (!refId && !access.isSession) throw misuse("invalid_option", "refId: say whose key it is.", "refId");
    return which;
  };
  const submit = async (purpose: Purpose, request: SealRequest) => {
    const which = checked(request);
    const providerKey = which.providerKey ?? (isKeyOptional(which.provider) ? "" : undefined);
    delete which.providerKey;
    if (typeof providerKey !== "string") throw misuse("invalid_option", "providerKey: give the key.", "providerKey");
    return (await open()).submit(purpose, which, providerKey);
  };

  return Object.assign((request: ConnectRequest) => submit("connect", request) as Promise<ConnectedKey>, {
    test: (request: ConnectRequest) => submit("test", request) as Promise<TestResult>,
    rotate: (request: ConnectRequest) => submit("rotate", request) as Promise<ConnectedKey>,
    sealForRequest: (request: SealRequest) => submit("request", request) as Promise<SealedForRequest>,
    status: async (query?: { refId?: string }) => (await open()).core.keys(own<{ refId?: string }>(query ?? {}).refId),
    disconnect: async (target: ConnectTarget) => {
      const which = checked(target);
      return (await open()).disconnect(which);
    },
  });
}

function isKeyOptional(provider: string): boolean {
  return providers.some((row) => row.id === provider && "keyOptional" in own(row));
}
