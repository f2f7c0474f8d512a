// Which server a client speaks to, as whom, and from which page.

import { failure } from "../failure.js";

/** A server, a token for it, and the page that uses both. */
export interface Endpoint {
  /** What paths hang below. */
  readonly root: string;
  /** For whom envelopes are sealed: the very origin that `fetch` goes to. */
  readonly audience: string;
  readonly token: string;
  /** Where the key is typed; empty where there is no page. */
  readonly pageOrigin: string;
}

/** Refuses what cannot work or would be unsafe. */
export function openEndpoint(baseURL: string, token: string, pageOrigin: string): Endpoint {
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw failure("invalid_base_url", { param: "baseUrl" });
  }
  // A page that came over plain HTTP could have been altered itself; one that came over TLS must not fetch the public key
  // from whoever sits on the way.
  if (url.protocol === "http:" && pageOrigin.startsWith("https:") && !isLoopback(url.hostname)) {
    throw failure("insecure_base_url", { param: "baseUrl" });
  }
  if (/^byo_(sk|rt)_/.test(token)) throw failure("secret_token_in_browser", { param: "token" });
  if (!/^byo_(pk|cs)_\w*$/.test(token)) throw failure("invalid_token", { param: "token" });
  return { root: url.origin + url.pathname.replace(/\/+$/, ""), audience: url.origin, token, pageOrigin };
}

/** The parser has written every IPv4 spelling as four decimal numbers, and lets no other host end in a number. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|\[::1\]|.*\.localhost|127\.[\d.]+)$/.test(hostname);
}
