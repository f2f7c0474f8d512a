// Where byo runs and who is asking: checked at once, before anything is loaded.

import { misuse } from "./error.js";
import { own } from "./given.js";

/** Where byo runs and who is asking. */
export interface ConnectOptions {
  /** The byo server. May be left out where this file was served by that server. */
  baseURL?: string;
  /** `byo_pk_…`; this or `sessionToken`. */
  publishableKey?: string;
  /** `byo_cs_…`, made by your backend for one customer. */
  sessionToken?: string;
  /** `byo_root_…`, from `byo keys root init`: the key is sealed only to public keys that this root vouches for. */
  trustRoot?: string;
  /** Sends the requests in place of the browser's `fetch`. */
  fetch?: Fetch;
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options that have been checked. */
export interface Access {
  readonly baseURL: string;
  readonly token: string;
  readonly isSession: boolean;
  readonly isTest: boolean;
  readonly fetch: Fetch | undefined;
  readonly trustRoot: string | undefined;
}

/** Throws a `ByoError` that names the option at fault. */
export function checkOptions(options: ConnectOptions): Access {
  const given = own(options);
  const token = tokenOf(given);
  return {
    baseURL: baseOf(given.baseURL ?? BYO_SERVED_FROM),
    token,
    isSession: token.startsWith("byo_cs_"),
    isTest: token.startsWith("_test_", 6),
    fetch: given.fetch,
    trustRoot: rootOf(given),
  };
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

/** A pin that could not be honoured is worse than none: whatever stands there must be one. */
function rootOf({ trustRoot }: ConnectOptions): string | undefined {
  if (trustRoot === undefined || trustRoot === null) return undefined;
  if (/^byo_root_[\w-]{43}$/.test(trustRoot)) return trustRoot;
  throw misuse("invalid_option", "trustRoot: give what `byo keys root init` printed, byo_root_ and 43 more characters.", "trustRoot");
}

function baseOf(text: string | undefined): string {
  const url = text && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw misuse("invalid_option", "baseURL: give the byo server's address, like https://byo.example.com", "baseURL");
  }
  return url.href.replace(/\/+$/, "");
}
