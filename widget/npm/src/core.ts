// The calls that the client and the element share. Loaded with the Rust half.

import { ByoError } from "./error.js";
import type { HeldKey } from "./held-key.js";
import { load } from "./load.js";
import type { Access } from "./options.js";
import type { Vouch, WasmClient } from "./wasm.js";
import type { Answer, ConnectedKey, DisconnectedKey, KeyPage, KeyTarget, Purpose, Session, SubmitFields, TestResult } from "./wire.js";

/** One token at one server. */
export class Core {
  readonly access: Access;
  #client: Promise<WasmClient> | undefined;
  #session: Promise<Session> | undefined;

  constructor(access: Access) {
    this.access = access;
  }

  submit(purpose: "test", fields: SubmitFields, key: HeldKey): Promise<TestResult>;
  submit(purpose: "connect" | "rotate", fields: SubmitFields, key: HeldKey): Promise<ConnectedKey>;
  submit(purpose: Purpose, fields: SubmitFields, key: HeldKey): Promise<Answer>;
  submit(purpose: Purpose, fields: SubmitFields, key: HeldKey): Promise<Answer> {
    return this.#call((client) => client.submit(purpose, fields, key.buffer));
  }

  /** What the session may do; asked once. */
  session(): Promise<Session> {
    this.#session ??= this.#call((client) => client.session()).catch((reason: unknown) => {
      this.#session = undefined;
      throw reason;
    });
    return this.#session;
  }

  keys(refId?: string): Promise<KeyPage> {
    return this.#call((client) => client.keys(refId));
  }

  disconnect(target: KeyTarget): Promise<DisconnectedKey> {
    return this.#call((client) => client.disconnect(target)) as Promise<DisconnectedKey>;
  }

  async #call<T>(use: (client: WasmClient) => Promise<T>): Promise<T> {
    try {
      return await use(await this.#ready());
    } catch (reason) {
      throw ByoError.from(reason);
    }
  }

  #ready(): Promise<WasmClient> {
    const { baseURL, token, fetch, trustRoot } = this.access;
    this.#client ??= Promise.all([load(), trustRoot ? pin(this.access, trustRoot) : undefined]).then(
      // The browser's is looked up at each call, and called as no object's method.
      ([{ Client }, vouch]) => new Client(baseURL, token, globalThis.location?.origin ?? "", (url, init) => (fetch ?? globalThis.fetch)(url, init), vouch),
    );
    this.#client.catch(() => (this.#client = undefined));
    return this.#client;
  }
}

/** Only who pins a root pays for it. */
async function pin(access: Access, trustRoot: string): Promise<Vouch> {
  const { Pin } = await import("./pin.js");
  const pin = new Pin(access, trustRoot);
  return (publicKey, suite) => pin.vouch(publicKey, suite);
}
