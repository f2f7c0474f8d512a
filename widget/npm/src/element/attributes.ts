// Properties that mirror attributes, for frameworks that set the one or the other.

const TEXT = ["publishable-key", "session-token", "base-url", "ref-id", "provider", "providers", "theme", "name", "label", "autofill", "key-name", "mode", "trust-root"];
const FLAGS = ["disabled", "required", "hide-badge"];

export const observed: readonly string[] = [...TEXT, ...FLAGS];

/** Defines the accessors on a prototype. */
export function reflect(prototype: HTMLElement): void {
  for (const attribute of observed) {
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
  for (const name of [...observed.map(propertyOf), ...extra]) {
    if (!Object.hasOwn(element, name)) continue;
    const value = own[name];
    delete own[name];
    own[name] = value;
  }
}

function propertyOf(attribute: string): string {
  return attribute.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
