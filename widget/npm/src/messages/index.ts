// Which words are said. English is at hand; any other language is a chunk of its own, fetched where it is wanted.

import english from "./en.js";
import type { Key, Messages, Words } from "./type.js";

export type { Key, Messages, Words } from "./type.js";

type Table = { readonly [key: string]: string | undefined };

/** Languages besides English. Each path is literal, since bundlers follow no other. */
const LANGUAGES: { readonly [tag: string]: () => Promise<{ default: Table }> } = {};

/** English as far as it is loaded. */
const known: Record<string, string> = { ...english };

/** Takes over the English that is loaded with the actions. */
export function learn(more: Table): void {
  Object.assign(known, more);
}

/** The words of a language by its tag, such as `de` or `es-MX`; English where there is no such language or it cannot be fetched. */
export async function words(locale: string, own?: Partial<Messages>): Promise<Words> {
  const tag = locale.toLowerCase();
  for (const name of [tag, tag.split("-")[0] as string]) {
    const language = Object.hasOwn(LANGUAGES, name) && (await LANGUAGES[name]?.().catch(() => undefined));
    if (language) return saying(name, language.default, own);
  }
  return wordsNow(own);
}

/** English, at once. */
export function wordsNow(own?: Partial<Messages>): Words {
  return saying("en", {}, own);
}

function saying(locale: string, language: Table, own: Table = {}): Words {
  const text = (key: string) => own[key] ?? language[key] ?? known[key];
  const form = (key: string, count: number) => text(key.replace(/other$/, new Intl.PluralRules(locale).select(count)));
  const say = (key: Key, values: Record<string, string | number> = {}) => {
    const { count } = values;
    const said = (typeof count === "number" && key.endsWith(".other") ? form(key, count) : undefined) ?? text(key) ?? "";
    return said.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
  };
  return Object.assign(say, { locale, has: (key: string): key is Key => text(key) !== undefined });
}
