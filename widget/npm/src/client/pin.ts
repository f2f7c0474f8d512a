// A pinned root of trust: seals only to keys that it vouches for, over a directory key and its signed list. Loaded only
// where a page pins one. What is signed stands in the server's API document under /.well-known/byo-keys.json.

import type { ByoErrorFields } from "../error.js";
import type { Access } from "../options.js";

const PATH = "/.well-known/byo-keys.json";
const CERTIFICATE = "application/vnd.byo.directory-key+json";
const LIST = "application/vnd.byo.key-directory+json";
const HOUR = 60 * 60 * 1000;
/** The longest that any list may be good, whatever it says itself. */
const LIFETIME = 48 * HOUR;
/** By how much the browser's clock may be slow. A list is renewed long before it ends, so a fast one is no matter. */
const SLOW = 24 * HOUR;
const TIMEOUT_MS = 15_000;

interface Certificate {
  v: number;
  root: string;
  publicKey: string;
  origins: string[];
  notBefore: string;
  notAfter: string;
}

interface List {
  v: number;
  origins: string[];
  serial: number;
  issuedAt: string;
  expiresAt: string;
  keys: { publicKey: string; suites: string[]; state: string }[];
}

/** The highest serial seen of each root and server, where the browser remembers nothing. */
const seen = new Map<string, number>();

/** One server's directory in the eyes of one root. */
export class Pin {
  readonly #access: Access;
  readonly #root: string;
  readonly #origin: string;
  #list: List | undefined;
  /** The end of the list: whichever comes first of its own, the longest that any may last, and its signer's. */
  #until = 0;

  constructor(access: Access, root: string) {
    this.#access = access;
    this.#root = root;
    this.#origin = new URL(access.baseURL).origin;
  }

  /** Rejects unless the server's directory is good now, whatever keys stand in it. */
  async check(): Promise<void> {
    this.#list = await this.#read();
  }

  /** Rejects unless this key may be sealed to. */
  async vouch(publicKey: string, suite: string): Promise<void> {
    const listed = ({ keys }: List) =>
      keys.some((key) => key.publicKey === publicKey && (key.state === "active" || key.state === "next") && key.suites.includes(suite));
    // A list that is remembered may be older than the key.
    if (this.#list && Date.now() < this.#until && listed(this.#list)) return;
    this.#list = await this.#read();
    if (!listed(this.#list)) throw refusal("key_not_vouched_for");
  }

  async #read(): Promise<List> {
    const text = await this.#fetch();
    try {
      return await this.#checked(JSON.parse(text));
    } catch (reason) {
      // What is malformed makes one of JavaScript's own errors; a refusal is none, see below.
      throw reason instanceof Error ? refusal("directory_untrusted") : reason;
    }
  }

  async #fetch(): Promise<string> {
    const { baseURL, fetch } = this.#access;
    const init: RequestInit = {
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    };
    let response: Response;
    let text: string;
    try {
      response = await (fetch ?? globalThis.fetch)(baseURL + PATH, init);
      text = await response.text();
    } catch {
      throw refusal("network_error");
    }
    if (!response.ok) throw { ...refusal("directory_missing"), status: response.status };
    return text;
  }

  async #checked(answer: unknown): Promise<List> {
    const { directoryKey, directory } = answer as { directoryKey: unknown; directory: unknown };
    const certificate = (await opened(this.#root.slice("byo_root_".length), CERTIFICATE, directoryKey)) as Certificate;
    const now = Date.now();
    const isOurs = ({ v, origins }: Certificate | List) => v === 1 && origins.includes(this.#origin);
    if (!isOurs(certificate) || certificate.root !== this.#root) throw refusal("directory_untrusted");
    const list = (await opened(certificate.publicKey, LIST, directory)) as List;
    if (!isOurs(list) || !Number.isSafeInteger(list.serial)) throw refusal("directory_untrusted");

    const [notBefore, notAfter, issuedAt, expiresAt] = [certificate.notBefore, certificate.notAfter, list.issuedAt, list.expiresAt].map(Date.parse) as [number, number, number, number];
    const until = Math.min(notAfter, expiresAt, issuedAt + LIFETIME);
    const isGood = notBefore <= now + SLOW && issuedAt <= now + SLOW && now < until;
    if (!isGood) throw refusal("directory_expired");
    this.#until = until;
    this.#remember(list.serial);
    return list;
  }

  /** Refuses a list that is older than one seen before, as far as the browser remembers. */
  #remember(serial: number): void {
    const name = `byo-directory:${this.#root}:${this.#origin}`;
    const last = Math.max(seen.get(name) ?? 0, Number(stored(name) ?? 0) || 0);
    if (serial < last) throw refusal("directory_rolled_back");
    seen.set(name, serial);
    stored(name, String(serial));
  }
}

/** The payload of a DSSE envelope that this Ed25519 key has signed as this type. */
async function opened(publicKey: string, type: string, envelope: unknown): Promise<unknown> {
  const { payload, signatures } = envelope as { payload: string; signatures: { sig: string }[] };
  const body = bytes(payload);
  const head = new TextEncoder().encode(`DSSEv1 ${type.length} ${type} ${body.length} `);
  const message = new Uint8Array([...head, ...body]);
  const key = await verifier(publicKey);
  for (const { sig } of signatures) {
    if (await crypto.subtle.verify("Ed25519", key, bytes(sig), message)) return JSON.parse(new TextDecoder().decode(body));
  }
  throw refusal("directory_untrusted");
}

async function verifier(publicKey: string): Promise<CryptoKey> {
  const raw = bytes(publicKey.replaceAll("-", "+").replaceAll("_", "/"));
  try {
    return await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  } catch (cause) {
    // Not the key's fault: a browser from before 2025, or a page without TLS.
    if (raw.length !== 32) throw cause;
    throw { ...refusal("trust_root_unsupported"), param: "trustRoot" };
  }
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Reads or writes what the browser remembers; where it may not, nothing. */
function stored(name: string, value?: string): string | null {
  try {
    if (value !== undefined) localStorage.setItem(name, value);
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** A plain code, of which whoever catches it makes a `ByoError`. So this chunk shares no code with others. */
function refusal(code: string): Partial<ByoErrorFields> {
  return { code };
}
