// How the field looks where it cannot inherit: what the page's style sheets say of it, as plain values.

/** By the custom property, the one that its value is for. */
const TOKENS: { readonly [name: string]: string } = {
  "--byo-accent": "color",
  "--byo-accent-ink": "color",
  "--byo-ink": "color",
  "--byo-ink-soft": "color",
  "--byo-surface": "color",
  "--byo-hover": "color",
  "--byo-line": "color",
  "--byo-line-strong": "color",
  "--byo-good": "color",
  "--byo-warn": "color",
  "--byo-bad": "color",
  "--byo-own": "color",
  "--byo-background": "background-color",
  "--byo-padding": "padding",
  "--byo-gap": "row-gap",
  "--byo-radius": "border-radius",
  "--byo-shadow": "box-shadow",
  "--byo-control-height": "min-height",
  "--byo-font": "font-family",
  "--byo-font-mono": "font-family",
  "--byo-font-size": "font-size",
  "--byo-duration": "transition-duration",
};

/** Colours are the only functions that a computed value of these is made of. */
const FUNCTIONS = /^(rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)$/;

/** Asks the browser what each comes to; a probe in the element's tree, where every `var()` has its value. */
export function appearance(probe: HTMLElement): Record<string, string> {
  const set = getComputedStyle(probe);
  const looks: Record<string, string> = {};
  for (const [name, property] of Object.entries(TOKENS)) {
    if (!set.getPropertyValue(name).trim()) continue;
    probe.style.setProperty(property, `var(${name})`);
    const value = getComputedStyle(probe).getPropertyValue(property);
    probe.style.removeProperty(property);
    if (isPlain(value)) looks[name] = value;
  }
  return looks;
}

/** Puts on what is known and plain, and takes off the rest. */
export function dress(host: HTMLElement, looks: Readonly<Record<string, string>> = {}): void {
  for (const name of Object.keys(TOKENS)) {
    const value = Object.hasOwn(looks, name) ? (looks[name] as string) : "";
    host.style.setProperty(name, isPlain(value) ? value : "");
  }
}

/** Nothing that loads, refers to something else or ends what it stands in. */
export function isPlain(value: string): boolean {
  const functions = [...value.matchAll(/([\w-]*)\(/g)];
  return value.length <= 500 && /^[\w\s.,%()/+#"'-]*$/.test(value) && functions.every(([, name]) => FUNCTIONS.test(name as string));
}
