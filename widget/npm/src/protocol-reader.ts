// What comes out of a MessagePort, before anything is done about it: messages of the protocol, and nothing else.

import { type ByoErrorFields, present } from "./error.js";
import type { FromPanel, ToPanel } from "./protocol.js";

/** An error's members, as data that a port carries. */
export function plain({ type, code, message, param, status, requestId, verdict, retryAfter }: ByoErrorFields): ByoErrorFields {
  return present({ type, code, message, param, status, requestId, verdict, retryAfter }) as ByoErrorFields;
}

/** A message to the panel; nothing where it is none. */
export function readToPanel(data: unknown): ToPanel | undefined {
  return read(TO_PANEL, data) as ToPanel | undefined;
}

/** A message from the panel; nothing where it is none. */
export function readFromPanel(data: unknown): FromPanel | undefined {
  return read(FROM_PANEL, data) as FromPanel | undefined;
}

type Check = (value: unknown) => boolean;
type Shape = { readonly [member: string]: Check };

function read(known: { readonly [t: string]: Shape }, data: unknown): unknown {
  const t = isObject(data) ? data["t"] : undefined;
  if (typeof t !== "string" || !Object.hasOwn(known, t)) return undefined;
  return object({ t: text(20), ...known[t] })(data) ? data : undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (most = 2000): Check => (value) => typeof value === "string" && value.length <= most;
const flag: Check = (value) => typeof value === "boolean";
const number = (most: number): Check => (value) => typeof value === "number" && value >= 0 && value <= most;
const any: Check = () => true;
const maybe = (check: Check): Check => (value) => value === undefined || check(value);
const nullable = (check: Check): Check => (value) => value === null || check(value);
const one = (...known: string[]): Check => (value) => known.includes(value as string);
const table = (most: number, check: Check): Check => (value) =>
  isObject(value) && Object.keys(value).length <= most && Object.values(value).every(check);
/** With these members and no others. */
const object = (shape: Shape): Check => (value) =>
  isObject(value) && Object.entries(shape).every(([name, check]) => check(value[name])) && Object.keys(value).every((name) => Object.hasOwn(shape, name));
const partly = (shape: Shape): Shape => Object.fromEntries(Object.entries(shape).map(([name, check]) => [name, maybe(check)]));

const ERROR: Shape = {
  type: text(20),
  code: text(64),
  message: text(),
  param: maybe(text(200)),
  status: maybe(number(999)),
  requestId: maybe(text(200)),
  verdict: maybe(text(64)),
  retryAfter: maybe(number(Number.MAX_SAFE_INTEGER)),
};

const PROVIDER_CONFIG: Shape = {
  baseUrl: maybe(text()),
  wireApi: maybe(one("completions", "responses")),
  azure: maybe(object({ apiVersion: text(200), deployment: maybe(text(200)) })),
  region: maybe(text(200)),
};

const CONFIG: Shape = {
  token: text(200),
  fault: maybe(object(ERROR)),
  baseURL: text(),
  pageOrigin: maybe(text()),
  trustRoot: nullable(text(200)),
  refId: nullable(text()),
  keyName: nullable(text(200)),
  provider: nullable(text(64)),
  providers: nullable(text()),
  providerConfig: maybe(object(PROVIDER_CONFIG)),
  label: nullable(text(200)),
  autofill: nullable(text(20)),
  disabled: flag,
  hideBadge: flag,
  locale: text(64),
  messages: maybe(table(1000, text())),
  theme: maybe(one("light", "dark")),
  direction: maybe(one("ltr", "rtl")),
  appearance: maybe(table(100, text(500))),
  languages: maybe(table(20, table(1000, text()))),
};

const TO_PANEL: { readonly [t in ToPanel["t"]]: Shape } = {
  init: { v: number(1000), config: object(CONFIG) },
  update: { config: object(partly(CONFIG)) },
  act: { id: number(Number.MAX_SAFE_INTEGER), action: one("connect", "test", "rotate", "disconnect", "validate", "revert") },
  focus: { preventScroll: maybe(flag) },
  clear: {},
  reset: {},
};

const STATES = ["idle", "typing", "testing", "connecting", "connected", "rotating", "disconnecting", "error"];

const FROM_PANEL: { readonly [t in FromPanel["t"]]: Shape } = {
  ready: { v: number(1000) },
  resize: { height: number(2000) },
  project: { name: text() },
  state: { state: one(...STATES) },
  change: { empty: flag, complete: flag, looksLike: maybe(text(64)) },
  focus: {},
  blur: {},
  escape: {},
  told: { event: one("tested", "connected", "rotated", "disconnected", "reverted", "error", "load-error"), detail: isObject },
  value: { id: nullable(text(200)), missing: text() },
  done: { id: number(Number.MAX_SAFE_INTEGER), value: any, error: maybe(object(ERROR)) },
};
