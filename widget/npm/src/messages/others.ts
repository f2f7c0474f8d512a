// Puts together the words of another language and those that a page brought. Loaded where there are such; what it needs of
// the rest is handed to it, so that bundlers do not cut the rest in two.

import type { Bundle, BundleLoader, Table } from "./index.js";
import type { Key, Words } from "./type.js";

export interface Wanted {
  /** In small letters. */
  readonly tag: string;
  /** Its language, and that one's words. */
  readonly name: string;
  readonly table: Promise<{ default: Table } | undefined> | undefined;
  readonly registered: readonly { readonly tag: string; readonly bundle: Bundle | BundleLoader }[];
  readonly own: Bundle | undefined;
  /** English, which grows. */
  readonly known: Table;
  readonly filled: (text: string | undefined, values: Record<string, string | number>) => string;
}

/** Words in one language, and what was wrong with some that a page brought; those are left out. */
export interface Gathered {
  readonly words: Words;
  readonly faults: readonly string[];
}

interface Layer {
  readonly tag: string;
  readonly table?: Table | undefined;
  readonly fault?: string;
}

/** What pages' loaders gave, so that each is asked once. */
const loading = new Map<BundleLoader, Promise<unknown>>();

/** The narrowest language over the widest, as `de-AT` over `de`, and the page's own words over all. */
export async function gather({ tag, name, table, registered, own, known, filled }: Wanted): Promise<Gathered> {
  const layers: Layer[] = await Promise.all([
    { tag: name, table: (await table)?.default },
    ...fits(tag, registered).map((entry) => brought(entry.tag, entry.bundle, known)),
  ]);
  layers.sort((one, other) => one.tag.length - other.tag.length);
  const spoken = layers.filter((layer) => layer.table).at(-1)?.tag ?? "en";
  if (own) layers.push(await brought("messages", own, known));
  const tables = layers.map((layer) => layer.table).filter((table) => table !== undefined).reverse();
  return { words: over(spoken, tables, known, filled), faults: layers.flatMap(({ fault }) => fault ?? []) };
}

/** What a page brought for a language, and its own words, as plain data; what is not in order is left out. @internal */
export async function collect(tag: string, added: Wanted["registered"], own: unknown, known: object): Promise<Brought> {
  const languages: Record<string, Bundle> = {};
  const fitting = await Promise.all(fits(tag.toLowerCase(), added).map((entry) => brought(entry.tag, entry.bundle, known)));
  for (const { tag, table } of fitting) if (table) languages[tag] = { ...languages[tag], ...table };
  const words = own ? await brought("messages", own as Bundle, known) : undefined;
  return { languages, messages: words?.table, faults: [...fitting, ...(words ? [words] : [])].flatMap(({ fault }) => fault ?? []) };
}

/** @internal */
export interface Brought {
  readonly languages: Record<string, Bundle>;
  readonly messages: Bundle | undefined;
  readonly faults: readonly string[];
}

function fits(tag: string, registered: Wanted["registered"]): Wanted["registered"] {
  return registered.filter((entry) => `${tag}-`.startsWith(`${entry.tag}-`));
}

/** Words that a page brought, once they have been found to be in order. */
async function brought(tag: string, given: Bundle | BundleLoader, known: object): Promise<Layer> {
  try {
    const bundle = typeof given === "function" ? await fetched(given) : given;
    const fault = (await import("./own.js")).faultIn(bundle, known);
    return fault === undefined ? { tag, table: { ...(bundle as Table) } } : { tag, fault: `${tag}: ${fault}` };
  } catch {
    // Done without, and tried again when it is next wanted.
    return { tag };
  }
}

async function fetched(load: BundleLoader): Promise<unknown> {
  const module = loading.get(load) ?? Promise.resolve(load());
  loading.set(load, module);
  try {
    const bundle = (await module) as { default?: unknown } | null | undefined;
    return bundle?.default ?? bundle;
  } catch (reason) {
    loading.delete(load);
    throw reason;
  }
}

function over(locale: string, tables: readonly Table[], known: Table, filled: Wanted["filled"]): Words {
  const plural = new Intl.PluralRules(locale);
  const find = (key: string, count?: unknown): string | undefined => {
    const form = typeof count === "number" ? key.replace(/other$/, plural.select(count)) : key;
    return [...tables, known].flatMap((table) => table[form] ?? table[key] ?? []).at(0);
  };
  const say = (key: Key, values: Record<string, string | number> = {}) => filled(find(key, values["count"]), values);
  return Object.assign(say, {
    locale,
    has: (key: string): key is Key => find(key) !== undefined,
    translates: (key: string): key is Key => tables.some((table) => key in table),
  });
}
