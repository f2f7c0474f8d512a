// Importing registers `<byo-connect>` and `<byo-badge>`; it loads no WebAssembly and sends nothing.

export { ByoBadge } from "./badge.js";
export { type Connect, type ConnectRequest, type ConnectTarget, createConnect, type SealRequest } from "./client.js";
export { type Bundle, type BundleLoader, ByoConnect, type ConnectState, type MessageKey, type Messages, registerLocale } from "./element.js";
export { ByoError, type ByoErrorFields, type Verdict } from "./error.js";
export type { ConnectOptions } from "./options.js";
export type {
  ConnectedKey,
  DisconnectedKey,
  KeyPage,
  KeyStatus,
  KeyTarget,
  Mode,
  ProviderConfig,
  Reverted,
  SealedForRequest,
  Session,
  StoredKey,
  TestResult,
  Validated,
} from "./wire.js";
