import "./badge.js";
import { define } from "./dom.js";
import type { ByoError } from "./error.js";
import { ByoConnect } from "./shell/byo-connect.js";
import type { ConnectState } from "./protocol.js";
import type { ConnectedKey, DisconnectedKey, Reverted, TestResult, Validated } from "./wire.js";

define("byo-connect", ByoConnect);

export { type Bundle, type BundleLoader, type Key as MessageKey, type Messages, registerLocale } from "./messages/index.js";
export { ByoConnect };
export type { ConnectState };

declare global {
  interface HTMLElementTagNameMap {
    "byo-connect": ByoConnect;
  }
  interface HTMLElementEventMap {
    "byo-ready": CustomEvent<Record<string, never>>;
    "byo-change": CustomEvent<{ empty: boolean; complete: boolean; looksLike?: string }>;
    "byo-focus": CustomEvent<Record<string, never>>;
    "byo-blur": CustomEvent<Record<string, never>>;
    "byo-escape": CustomEvent<Record<string, never>>;
    "byo-tested": CustomEvent<TestResult | Validated>;
    "byo-connected": CustomEvent<ConnectedKey>;
    "byo-rotated": CustomEvent<ConnectedKey>;
    "byo-disconnected": CustomEvent<DisconnectedKey>;
    "byo-reverted": CustomEvent<Reverted>;
    "byo-error": CustomEvent<ByoError>;
    "byo-load-error": CustomEvent<ByoError>;
    "byo-state": CustomEvent<{ state: ConnectState }>;
  }
}
