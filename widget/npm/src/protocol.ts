// What the shell and the panel say to each other, whether both are in the page or the panel is in a frame. All of it is
// data that a MessagePort can carry; protocol-reader.ts reads what comes out of one.

import type { ByoErrorFields } from "./error.js";
import type { Messages } from "./messages/type.js";
import type { ProviderConfig } from "./wire.js";

export const VERSION = 1;

/** How high a frame may be, in pixels; what it shows beyond that scrolls. */
export const TALLEST = 1200;

/** `:state(…)` and `data-state`. */
export type ConnectState = "idle" | "typing" | "testing" | "connecting" | "connected" | "rotating" | "disconnecting" | "error";

export type Action = "connect" | "test" | "rotate" | "disconnect" | "validate" | "revert";

/** What the page wants, and as whom. */
export interface PanelConfig {
  /** Empty as long as the page has given none. */
  token: string;
  /** Why nothing can be called as things stand. */
  fault?: ByoErrorFields | undefined;
  baseURL: string;
  /** Where the field is shown, for a panel that is in a frame. */
  pageOrigin?: string | undefined;
  trustRoot: string | null;
  refId: string | null;
  keyName: string | null;
  provider: string | null;
  /** Separated by commas or spaces. */
  providers: string | null;
  providerConfig?: ProviderConfig | undefined;
  label: string | null;
  /** Browsers and password managers may fill the field where it is `on`. */
  autofill: string | null;
  disabled: boolean;
  hideBadge: boolean;
  /** A language tag. */
  locale: string;
  /** The page's own words, over those of the language. */
  messages?: Partial<Messages> | undefined;
  /** What a frame cannot inherit. */
  theme?: "light" | "dark" | undefined;
  direction?: "ltr" | "rtl" | undefined;
  appearance?: Record<string, string> | undefined;
  /** Languages that the page has added, by their tags. */
  languages?: Record<string, Partial<Messages>> | undefined;
}

export type ToPanel =
  /** The first, which brings the port. */
  | { t: "init"; v: number; config: PanelConfig }
  /** What it changes; another token, server or customer starts afresh. */
  | { t: "update"; config: Partial<PanelConfig> }
  | { t: "act"; id: number; action: Action }
  | { t: "focus"; preventScroll?: boolean | undefined }
  /** Forgets what was typed. */
  | { t: "clear" }
  /** The same, and leaves what was begun with a connected key. */
  | { t: "reset" };

export type FromPanel =
  | { t: "ready"; v: number }
  | { t: "resize"; height: number }
  /** Whose session it is; for the frame, which says so. */
  | { t: "project"; name: string }
  | { t: "state"; state: ConnectState }
  | { t: "change"; empty: boolean; complete: boolean; looksLike?: string | undefined }
  | { t: "focus" }
  | { t: "blur" }
  | { t: "escape" }
  | { t: "told"; event: Told; detail: unknown }
  /** The form's value, a key's id; and what to say to who needs one. */
  | { t: "value"; id: string | null; missing: string }
  | { t: "done"; id: number; value?: unknown; error?: ByoErrorFields | undefined };

export type Told = "tested" | "connected" | "rotated" | "disconnected" | "reverted" | "error" | "load-error";

export type Report = (message: FromPanel) => void;

export interface Panel {
  send(message: ToPanel): void;
  destroy(): void;
}
