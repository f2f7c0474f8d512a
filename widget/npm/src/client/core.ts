// The calls that the client and the element share.

import { ByoError, type ByoErrorFields } from "../error.js";
import { failure } from "../failure.js";
import { own } from "../given.js";
import type { Access } from "../options.js";
import { encode, utf8 } from "../seal/bytes.js";
import { openSealer } from "../seal/load.js";
import type { HeldKey, Sealer } from "../seal/sealer.js";
import type {
  Answer,
  ConnectedKey,
  DisconnectedKey,
  KeyPage,
  KeyTarget,
  Purpose,
  Reverted,
  Session,
  SubmitFields,
  TestResult,
  Validated,
} from "../wire.js";
import { openEndpoint } from "./endpoint.js";
import { type Server, deadline, exchange, send } from "./exchange.js";
import { type Offer, readOffer } from "./params.js";
import type { Pin } from "./pin.js";
import { member } from "./problem.js";
import { type Asked, checkKey, readRequest } from "./request.js";
import { wantsFreshEnvelope } from "./retry.js";

/** The longest text of a key that is sealed for requests: one header of a call. */
const MOST_REQUEST_KEY_CHARS = 8192;

/** One token at one server. Everything it does rejects with a `ByoError`. */
export class Core {
  readonly access: Access;
  /** The page that a frame acts for, where the page itself is another. */
  readonly #framedBy: string | undefined;
  #pin: Promise<Pin> | undefined;
  #session: Promise<Session> | undefined;

  constructor(access: Access, framedBy?: string) {
    this.access = access;
    this.#framedBy = framedBy;
  }

  /** Seals the key and posts it; for requests it is handed out instead. The key stays where it is held. */
  submit(purpose: "test", fields: SubmitFields, key: HeldKey): Promise<TestResult>;
  submit(purpose: "connect" | "rotate", fields: SubmitFields, key: HeldKey): Promise<ConnectedKey>;
  submit(purpose: Purpose, fields: SubmitFields & { expiresIn?: number }, key: HeldKey): Promise<Answer>;
  submit(purpose: Purpose, { expiresIn, ...fields }: SubmitFields & { expiresIn?: number }, key: HeldKey): Promise<Answer> {
    return told(async () => {
      const server = this.#server();
      const asked = readRequest(fields);
      checkKey(asked, key.length);
      const sealer = await openSealer();
      const signal = deadline();
      const offer = await readOffer(await exchange(server, signal, paramsPath(purpose, expiresIn)), sealer);
      if (purpose === "request") return handedOut(await this.#envelope(server, sealer, offer, purpose, asked, key), offer);
      return this.#post(server, signal, sealer, offer, purpose, asked, key);
    });
  }

  /** What the session may do; asked once. */
  session(): Promise<Session> {
    this.#session ??= this.#call<Session>("/v1/connect-session").catch((reason: unknown) => {
      this.#session = undefined;
      throw reason;
    });
    return this.#session;
  }

  /** All of the customer's keys. Those that were revoked stay listed, and may fill pages before one that is in use. */
  keys(refId?: string): Promise<KeyPage> {
    return told(async () => {
      // One deadline for them all, should a server never come to an end.
      const [server, signal] = [this.#server(), deadline()];
      const query = new URLSearchParams(refId === undefined ? {} : { refId });
      const keys: KeyPage = { data: [], nextCursor: null };
      for (;;) {
        const { data, nextCursor } = (await exchange(server, signal, `/v1/keys?${query}`)) as KeyPage;
        keys.data.push(...data);
        if (!nextCursor) return keys;
        query.set("cursor", nextCursor);
        query.set("limit", "200");
      }
    });
  }

  /** Has the server check a stored key with its provider. */
  validate(target: KeyTarget): Promise<Validated> {
    return this.#call("/v1/keys/validate", () => readRequest(target));
  }

  /** Has the server destroy a stored key. */
  disconnect(target: KeyTarget): Promise<DisconnectedKey> {
    return this.#call("/v1/keys/revoke", () => readRequest(target));
  }

  /** Has the server destroy every key of the customer. */
  revert(refId: string): Promise<Reverted> {
    return this.#call(`/v1/customers/${encodeURIComponent(refId)}/revert`, () => ({ confirm: true }));
  }

  /** Whether the page's root vouches for this server at all; without a root there is nothing to check. */
  checkTrust(): Promise<void> {
    return told(async () => (await this.#trust())?.check());
  }

  async #post(server: Server, signal: AbortSignal, sealer: Sealer, first: Offer, purpose: Purpose, asked: Asked, key: HeldKey): Promise<Answer> {
    let offer = first;
    for (let attempt = 0; ; attempt++) {
      const envelope = await this.#envelope(server, sealer, offer, purpose, asked, key);
      const { origin: _, principalId: __, ...sealedKey } = envelope;
      const outcome = await send(server, signal, `/v1/keys/${purpose}`, JSON.stringify({ ...asked, sealedKey }));
      if ("answer" in outcome) return outcome.answer;
      if (!wantsFreshEnvelope(outcome.error, attempt)) throw outcome.error;
      const offered = member(outcome.body, "params") ?? (await exchange(server, signal, paramsPath(purpose)));
      offer = await readOffer(offered, sealer);
    }
  }

  /** The sealed key, and for requests what the server cannot know from the call with which it comes. */
  async #envelope({ endpoint }: Server, sealer: Sealer, offer: Offer, purpose: Purpose, asked: Asked, key: HeldKey) {
    await (await this.#trust())?.vouch(offer.publicKeyText, sealer.suite);
    const { audience, pageOrigin, token } = endpoint;
    const { provider, refId, name, providerConfig } = own(asked);
    const principal = encode(await sealer.digest(utf8(token)));
    const { challenge, publicKey } = offer;
    const { kid, enc, ciphertext } = await sealer.seal(key, {
      ...{ audience, principal, purpose, provider, refId, pageOrigin, challenge, publicKey },
      name: name ?? "default",
      providerConfig: providerConfig ?? {},
    });
    const more = purpose === "request" ? { ...(name && { name }), ...(providerConfig && { providerConfig }) } : {};
    return { v: 1, kid, suite: sealer.suite, enc, ciphertext, challenge: encode(challenge), origin: pageOrigin, principalId: principal, ...more };
  }

  #call<T>(path: string, body?: () => object): Promise<T> {
    return told(async () => (await exchange(this.#server(), deadline(), path, body && JSON.stringify(body()))) as T);
  }

  #server(): Server {
    const { baseURL, token, fetch } = this.access;
    const framed = this.#framedBy !== undefined;
    const pageOrigin = this.#framedBy ?? globalThis.location?.origin ?? "";
    return { endpoint: openEndpoint(baseURL, token, pageOrigin), fetch, framed };
  }

  /** Only who pins a root pays for it. */
  #trust(): Promise<Pin | undefined> {
    const { trustRoot } = this.access;
    if (trustRoot === undefined) return Promise.resolve(undefined);
    this.#pin ??= import("./pin.js").then(
      ({ Pin }) => new Pin(this.access, trustRoot),
      (cause: unknown) => {
        this.#pin = undefined;
        throw failure("network_error", {}, undefined, { cause });
      },
    );
    return this.#pin;
  }
}

function paramsPath(purpose: Purpose, expiresIn?: unknown): string {
  if (purpose !== "request") return "/v1/connect/params";
  const until = (expiresIn ?? undefined) === undefined ? "" : `&expiresIn=${encodeURIComponent(String(expiresIn))}`;
  return `/v1/connect/params?purpose=request${until}`;
}

function handedOut(envelope: object, { expiresAt }: Offer): Answer {
  const sealedKey = encode(utf8(JSON.stringify(envelope)));
  if (sealedKey.length > MOST_REQUEST_KEY_CHARS) throw failure("key_too_long", { param: "providerKey" });
  return { sealedKey, ...(typeof expiresAt === "string" && { expiresAt }) };
}

/** Whatever goes wrong, as the one error of this package. */
async function told<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (reason) {
    const { code, ...more } = (reason ?? {}) as Partial<ByoErrorFields>;
    // pin.ts shares no code with others, so it rejects with plain codes.
    throw typeof code === "string" && !(reason instanceof Error) ? failure(code, more) : ByoError.from(reason);
  }
}
