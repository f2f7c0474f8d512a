// Which words are said. English is at hand; any other language is a chunk of its own, fetched where it is wanted, and so
// is what puts another language or a page's own words together: a page in English pays for neither.

import english from "./en.js";
import type { Gathered } from "./others.js";
import type { Key, Messages, Words } from "./type.js";

export type { Key, Messages, Words } from "./type.js";

/** Some of a language's words; what is missing is said in the next best language, at last in English. */
export type Bundle = Partial<Messages>;

/** Fetches a bundle when it is wanted, as `() => import("./fr.js")` does. */
export type BundleLoader = () => Promise<Bundle | { default: Bundle }>;

export type Table = { readonly [key: string]: string | undefined };

/** Languages besides English. Each path is literal, since bundlers follow no other. */
const LANGUAGES = new Map<string, () => Promise<{ default: Table }>>([
  ["de", () => import("./de.js")],
  ["es", () => import("./es.js")],
  ["ja", () => import("./ja.js")],
]);

/** What pages have added; a later one lies over an earlier one of its tag. @internal */
export const registered: { readonly tag: string; readonly bundle: Bundle | BundleLoader }[] = [];

/** English as far as it is loaded. @internal */
export const known: Record<string, string> = { ...english };

/** Takes over the English that is loaded with the actions. */
export function learn(more: Table): void {
  Object.assign(known, more);
}

/**
 * Adds a language, or words over those of one that is there, for elements that come up later. `tag` is a language tag such
 * as `fr` or `pt-BR`; what is none throws. The bundle is given here, or fetched when an element wants the language.
 */
export function registerLocale(tag: string, bundle: Bundle | BundleLoader): void {
  registered.push({ tag: String(new Intl.Locale(tag)).toLowerCase(), bundle });
}

/** English, at once. */
export function wordsNow(): Words {
  const find = (key: string, count?: unknown) => known[count === 1 ? key.replace(/other$/, "one") : key];
  const say = (key: Key, values: Record<string, string | number> = {}) => filled(find(key, values["count"]), values);
  return Object.assign(say, { locale: "en", has: (key: string): key is Key => key in known });
}

/**
 * The words for a language tag, such as `de` or `es-MX`, and over them the page's own; nothing where English alone will do.
 * What cannot be fetched is left out.
 */
export function wordsFor(locale: string, own: Bundle | undefined): Promise<Gathered> | undefined {
  const tag = locale.toLowerCase();
  const name = tag.split("-")[0] as string;
  const language = LANGUAGES.get(name);
  if (!language && !own && !registered.length) return undefined;
  // On its way while what puts it together is.
  const table = language?.().catch(() => undefined);
  return import("./others.js").then(({ gather }) => gather({ tag, name, table, registered, own, known, filled }));
}

/** A text with its values in place. */
function filled(text = "", values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
