// The calls that the client and the element share: options checked, wasm loaded, errors translated.

import { ByoError, misuse } from "./error.js";
import type { HeldKey } from "./held-key.js";
import { load } from "./load.js";
import type { WasmClient } from "./wasm.js";
import type { Answer, ConnectedKey, DisconnectedKey, KeyPage, KeyTarget, Session, SubmitFields, TestResult } from "./wire.js";

/** Where byo runs and who is asking. */
export interface ConnectOptions {
  /** The byo server. May be left out where this file was served by that server. */
  baseURL?: string;
  /** `byo_pk_…`; this or `sessionToken`. */
  publishableKey?: string;
  /** `byo_cs_…`, made by your backend for one customer. */
  sessionToken?: string;
  /** Pins the root of the key directory. Not served yet, so that giving one is refused. */
  trustRoot?: string;
}

/** One token at one server. */
export class Core {
  readonly #baseURL: string;
  readonly #token: string;
  #client: Promise<WasmClient> | undefined;
  #session: Promise<Session> | undefined;

  constructor(options: ConnectOptions) {
    // A pin that is not honoured is worse than none: refuse before anything else happens.
    if (options.trustRoot !== undefined && options.trustRoot !== null) {
      throw misuse("trust_root_unsupported", "trustRoot: this version cannot check signed key directories.", "trustRoot");
    }
    this.#token = tokenOf(options);
    this.#baseURL = baseOf(options.baseURL ?? BYO_SERVED_FROM);
  }

  get isSession(): boolean {
    return this.#token.startsWith("byo_cs_");
  }

  get isTest(): boolean {
    return this.#token.startsWith("_test_", 6);
  }

  submit(purpose: "test", fields: SubmitFields, key: HeldKey): Promise<TestResult>;
  submit(purpose: "connect" | "rotate", fields: SubmitFields, key: HeldKey): Promise<ConnectedKey>;
  submit(purpose: "connect" | "test" | "rotate", fields: SubmitFields, key: HeldKey): Promise<Answer> {
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
    this.#client ??= load().then(
      ({ Client }) => new Client(this.#baseURL, this.#token, globalThis.location?.origin ?? ""),
    );
    this.#client.catch(() => (this.#client = undefined));
    return this.#client;
  }
}

function tokenOf({ publishableKey, sessionToken }: ConnectOptions): string {
  if (publishableKey && sessionToken) {
    throw misuse("invalid_option", "Give publishableKey or sessionToken, not both.", "sessionToken");
  }
  const [param, token, prefix] = sessionToken
    ? ["sessionToken", sessionToken, "byo_cs_"]
    : ["publishableKey", publishableKey, "byo_pk_"];
  if (!token) throw misuse("invalid_option", "Give publishableKey or sessionToken.", param);
  if (/^byo_(sk|rt)_/.test(token)) {
    throw misuse("invalid_option", `${param}: this token belongs on your backend. Revoke it: it has been in a browser.`, param);
  }
  if (typeof token !== "string" || !token.startsWith(prefix as string)) {
    throw misuse("invalid_option", `${param}: this does not start with ${prefix}`, param);
  }
  return token;
}

function baseOf(text: string | undefined): string {
  const url = text && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw misuse("invalid_option", "baseURL: give the byo server's address, like https://byo.example.com", "baseURL");
  }
  return url.href.replace(/\/+$/, "");
}
