// React components around the elements, for 18 and 19 alike. The build puts "use client" on top of this entry.

import { createElement, type ForwardRefExoticComponent, forwardRef, type HTMLAttributes, type RefAttributes, useEffect, useImperativeHandle, useRef } from "react";
import { ByoBadge as BadgeElement } from "./badge.js";
import { ByoConnect as ConnectElement } from "./element.js";
import type { ByoError } from "./error.js";
import { own } from "./given.js";
import type { Bundle } from "./messages/index.js";
import type { ConnectState } from "./protocol.js";
import type { ConnectedKey, DisconnectedKey, ProviderConfig, Reverted, TestResult, Validated } from "./wire.js";

/** What happened, and what is known about it: the `detail` of the element's event. */
export interface ByoConnectHandlers {
  /** The field can be used. Also called when that was so before React got to it. */
  onReady?: () => void;
  onChange?: (change: { empty: boolean; complete: boolean; looksLike?: string }) => void;
  onFocus?: () => void;
  onBlur?: () => void;
  onEscape?: () => void;
  onTested?: (result: TestResult | Validated) => void;
  onConnected?: (key: ConnectedKey) => void;
  onRotated?: (key: ConnectedKey) => void;
  onDisconnected?: (key: DisconnectedKey) => void;
  onReverted?: (answer: Reverted) => void;
  onError?: (error: ByoError) => void;
  onLoadError?: (error: ByoError) => void;
  /** Also called with the state that it is in when React gets to it. */
  onState?: (change: { state: ConnectState }) => void;
}

/** The element's attributes by their properties' names; the README says what each is for. What comes from the backend may still be on its way. */
export interface ByoConnectSettings {
  baseUrl?: string | undefined;
  publishableKey?: string | undefined;
  sessionToken?: string | undefined;
  refId?: string | undefined;
  provider?: string | undefined;
  providers?: string | undefined;
  providerConfig?: ProviderConfig | undefined;
  keyName?: string;
  label?: string;
  /** A language tag, over the page's `lang`. */
  locale?: string;
  /** The page's own words, over those of the language. */
  messages?: Bundle | undefined;
  theme?: "light" | "dark" | "auto";
  autofill?: "off" | "on";
  mode?: "inline" | "isolated";
  /** The field stands in a frame of the byo server's. */
  isolated?: boolean;
  trustRoot?: string;
  /** The form entry's name. */
  name?: string;
  disabled?: boolean;
  required?: boolean;
  hideBadge?: boolean;
}

type Native = Omit<HTMLAttributes<HTMLElement>, keyof ByoConnectHandlers | keyof ByoConnectSettings>;

export interface ByoConnectProps extends ByoConnectHandlers, ByoConnectSettings, Native {}

/** `<byo-connect>`; its `ref` is the element. */
export const ByoConnect: ForwardRefExoticComponent<ByoConnectProps & RefAttributes<ConnectElement>> = forwardRef(
  function ByoConnect(given: ByoConnectProps, outer) {
    const { providerConfig, messages, ...props } = own(given);
    const ref = useRef<ConnectElement>(null);
    useImperativeHandle(outer, () => ref.current as ConnectElement, []);

    const latest = useRef(props);
    useEffect(() => {
      latest.current = props;
    });
    // Before React 19 an element cannot be given an object, nor be listened to under these names; and React 19 does not
    // listen to what the server rendered until it renders it anew.
    useEffect(() => {
      (ref.current as ConnectElement).providerConfig = providerConfig;
    }, [providerConfig]);
    useEffect(() => {
      (ref.current as ConnectElement).messages = messages;
    }, [messages]);
    useEffect(() => listen(ref.current as ConnectElement, (name, detail) => (latest.current[name] as ((detail: unknown) => void) | undefined)?.(detail)), []);

    // The element writes its state on itself, also before React compares it with what the server rendered.
    return createElement("byo-connect", { suppressHydrationWarning: true, ...attributes(ConnectElement.observedAttributes, props), ref });
  },
);

export interface ByoBadgeProps extends Omit<HTMLAttributes<HTMLElement>, "children"> {
  theme?: "light" | "dark" | "auto";
  href?: string;
  baseUrl?: string;
  /** A language tag, over the nearest `lang`. */
  locale?: string;
}

/** `<byo-badge>`; its `ref` is the element. */
export const ByoBadge: ForwardRefExoticComponent<ByoBadgeProps & RefAttributes<BadgeElement>> = forwardRef(
  function ByoBadge(props: ByoBadgeProps, ref) {
    return createElement("byo-badge", { ...attributes(BadgeElement.observedAttributes, props), ref });
  },
);

const EVENTS: Record<keyof ByoConnectHandlers, string> = {
  onReady: "ready",
  onChange: "change",
  onFocus: "focus",
  onBlur: "blur",
  onEscape: "escape",
  onTested: "tested",
  onConnected: "connected",
  onRotated: "rotated",
  onDisconnected: "disconnected",
  onReverted: "reverted",
  onError: "error",
  onLoadError: "load-error",
  onState: "state",
};

/** Tells of every event of the element, and of what went before; gives the way to stop. */
function listen(element: ConnectElement, tell: (name: keyof ByoConnectHandlers, detail?: unknown) => void): () => void {
  const listening = new AbortController();
  let ready = false;
  const pass = (name: keyof ByoConnectHandlers, detail: unknown) => {
    if (name === "onReady" && ready) return;
    ready ||= name === "onReady";
    tell(name, detail);
  };
  for (const [name, type] of Object.entries(EVENTS) as [keyof ByoConnectHandlers, string][]) {
    const heard = (event: Event) => event.target === element && pass(name, (event as CustomEvent<unknown>).detail);
    element.addEventListener(`byo-${type}`, heard, { signal: listening.signal });
  }
  const state = element.dataset["state"];
  if (state) {
    pass("onReady", {});
    pass("onState", { state });
  }
  return () => listening.abort();
}

/** What React is to put on the element: attributes under their own names, and nothing for what is off. */
function attributes(observed: readonly string[], props: object): Record<string, unknown> {
  const named = new Map(observed.map((name) => [name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), name]));
  named.set("className", "class");
  const kept = Object.entries(props).filter(([name, value]) => !(name in EVENTS) && value !== false && value !== undefined && value !== null);
  return Object.fromEntries(kept.map(([name, value]) => [named.get(name) ?? name, value]));
}
