// Properties that mirror attributes, for frameworks that set the one or the other; and what all of them amount to.

import { ByoError, present } from "../error.js";
import { checkOptions, type ConnectOptions } from "../options.js";
import type { PanelConfig } from "../protocol.js";
import type { ByoConnect } from "./byo-connect.js";
import { localeOf } from "./locale.js";

const TEXT = "publishable-key session-token base-url ref-id provider providers theme name label autofill key-name mode trust-root locale".split(" ");
const FLAGS = ["disabled", "required", "hide-badge", "isolated"];

const OWN = [...TEXT, ...FLAGS];

export const observed: readonly string[] = [...OWN, "lang"];

/** Defines the accessors on a prototype. */
export function reflect(prototype: HTMLElement): void {
  for (const attribute of OWN) {
    const flag = FLAGS.includes(attribute);
    Object.defineProperty(prototype, propertyOf(attribute), {
      configurable: true,
      enumerable: true,
      get(this: HTMLElement) {
        return flag ? this.hasAttribute(attribute) : this.getAttribute(attribute);
      },
      set(this: HTMLElement, value: unknown) {
        if (flag) this.toggleAttribute(attribute, Boolean(value));
        else if (value === null || value === undefined) this.removeAttribute(attribute);
        else this.setAttribute(attribute, String(value));
      },
    });
  }
}

/** Takes over properties that were set before the element was defined. */
export function upgrade(element: HTMLElement, extra: readonly string[]): void {
  const own = element as unknown as Record<string, unknown>;
  for (const name of [...OWN.map(propertyOf), ...extra]) {
    if (!Object.hasOwn(element, name)) continue;
    const value = own[name];
    delete own[name];
    own[name] = value;
  }
}

/** What the panel is to know of the element. */
export function read(element: ByoConnect, disabled: boolean): PanelConfig {
  const { label, autofill, provider, providers, refId, keyName, hideBadge, providerConfig, messages } = element;
  return { ...access(element), label, autofill, provider, providers, refId, keyName, hideBadge, providerConfig, disabled, messages, locale: localeOf(element) };
}

function access({ baseUrl: baseURL, publishableKey, sessionToken, trustRoot }: ByoConnect) {
  try {
    const checked = checkOptions(present({ baseURL, publishableKey, sessionToken, trustRoot }) as ConnectOptions);
    return { token: checked.token, baseURL: checked.baseURL, trustRoot, fault: undefined };
  } catch (reason) {
    return { token: sessionToken || publishableKey || "", baseURL: "", trustRoot, fault: ByoError.from(reason) };
  }
}

function propertyOf(attribute: string): string {
  return attribute.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
