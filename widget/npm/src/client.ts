// `createConnect`: the client without any user interface.

import { type ConnectOptions, Core } from "./core.js";
import { ByoError, misuse, present } from "./error.js";
import { HeldKey } from "./held-key.js";
import { load } from "./load.js";
import type { ConnectedKey, DisconnectedKey, KeyPage, KeyTarget, ProviderConfig, TestResult } from "./wire.js";

/** What to connect. `refId` may be left out with a session token, which knows it. */
export interface ConnectRequest extends Omit<KeyTarget, "refId"> {
  refId?: string;
  providerKey: string;
  providerConfig?: ProviderConfig;
}

/** Stores a key, and what else may be done about keys. Every promise rejects with a `ByoError`. */
export interface Connect {
  /** Seals the key here, has it checked with its provider and stored. */
  (request: ConnectRequest): Promise<ConnectedKey>;
  /** Checks without storing. Session tokens only. */
  test(request: ConnectRequest): Promise<TestResult>;
  /** Replaces a stored key; the old one serves until the new one has passed. Session tokens only. */
  rotate(request: ConnectRequest): Promise<ConnectedKey>;
  /** The customer's keys. Session tokens only. */
  status(query?: { refId?: string }): Promise<KeyPage>;
  /** Destroys a stored key. Session tokens only. */
  disconnect(target: Omit<KeyTarget, "refId"> & { refId?: string }): Promise<DisconnectedKey>;
}

/** Opens a client. Loads nothing and sends nothing yet. */
export function createConnect(options: ConnectOptions): Connect {
  const core = new Core(options ?? {});

  const target = async ({ provider, refId, name }: { provider: string; refId?: string; name?: string }) => {
    if (!provider) throw misuse("invalid_option", "provider: say which provider the key belongs to.", "provider");
    if (!refId && !core.isSession) throw misuse("invalid_option", "refId: say whose key it is.", "refId");
    return present({ provider, refId: refId ?? (await core.session()).refId, name }) as KeyTarget;
  };

  const submit =
    <P extends "connect" | "test" | "rotate">(purpose: P) =>
    async ({ providerKey, providerConfig, ...which }: ConnectRequest) => {
      const fields = present({ ...(await target(which)), providerConfig }) as KeyTarget;
      if (typeof providerKey !== "string") throw misuse("invalid_option", "providerKey: give the key.", "providerKey");
      const key = new HeldKey(await load(), providerKey);
      try {
        return await core.submit(purpose as "connect", fields, key);
      } finally {
        key.drop();
      }
    };

  return Object.assign(submit("connect"), {
    test: submit("test") as unknown as Connect["test"],
    rotate: submit("rotate"),
    status: ({ refId }: { refId?: string } = {}) => core.keys(refId),
    disconnect: async (which: Parameters<Connect["disconnect"]>[0]) => core.disconnect(await target(which)),
  });
}

export { ByoError };
