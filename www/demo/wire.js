// Shows what the widget sends. Demo only: a real page has no reason to do this.
//
// The widget calls `window.fetch` like any script, so wrapping it before the widget loads sees every
// request exactly as it is handed to the browser. The original request is passed on untouched; clones are read.

const byoOrigin = new URL(document.getElementById("byo-script").src).origin;
const untouchedFetch = window.fetch;
const exchanges = [];
const listeners = new Set();

/** Calls `listener(exchange)` when a request to byo starts and again when it is answered; past ones first. */
export function onExchange(listener) {
  exchanges.forEach(listener);
  listeners.add(listener);
}

/** Forgets what was seen, for a new customer. */
export function forgetExchanges() {
  exchanges.length = 0;
}

window.fetch = async function fetch(input, init) {
  const request = new Request(input, init);
  if (new URL(request.url).origin !== byoOrigin) return untouchedFetch.call(window, request);

  const exchange = await describe(request);
  exchanges.push(exchange);
  tell(exchange);
  try {
    const response = await untouchedFetch.call(window, request);
    // Not awaited: the widget must not wait for its own audience.
    response.clone().text().then((text) => tell(Object.assign(exchange, answer(response, text))), () => {});
    return response;
  } catch (error) {
    tell(Object.assign(exchange, { state: "failed" }));
    throw error;
  }
};

let count = 0;

async function describe(request) {
  const body = request.body === null ? null : await request.clone().text();
  const url = new URL(request.url);
  return {
    seq: ++count,
    at: new Date(),
    state: "sent",
    method: request.method,
    origin: url.origin,
    path: url.pathname + url.search,
    headers: [...request.headers].map(([name, value]) => [name, withoutTokens(value)]),
    json: parsed(body),
    bytes: body === null ? 0 : new TextEncoder().encode(body).length,
  };
}

function answer(response, text) {
  return {
    state: response.ok ? "ok" : "refused",
    status: response.status,
    requestId: response.headers.get("x-request-id"),
    answer: parsed(text),
  };
}

function tell(exchange) {
  for (const listener of listeners) listener(exchange);
}

function parsed(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A token's kind is worth showing, its secret is not. */
function withoutTokens(text) {
  return text.replace(/\b(byo_[a-z]{2}_(?:test_|live_)?)[0-9A-Za-z]+/g, "$1…");
}
