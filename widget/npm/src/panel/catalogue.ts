// The providers an element offers, from the table that the Rust half generates, and what is said of them.

import type { Key, Words } from "../messages/type.js";
import { providers, testKeys } from "../tables.js";

export interface Provider {
  readonly id: string;
  readonly label: string;
  /** The shape of a key; empty where words say it. */
  readonly keyPlaceholder: string;
  readonly keyUrl: string;
  /** What beside the key the provider cannot do without. */
  readonly needs: "none" | "baseUrl" | "azure";
  readonly keyOptional?: boolean;
}

export const all: readonly Provider[] = providers;

/** The known ones among these names, in the order given; all where none are given. */
export function offered(names: readonly string[]): readonly Provider[] {
  if (!names.length) return all;
  return names.flatMap((name) => all.find(({ id }) => id === name) ?? []);
}

export function labelOf(id: string): string {
  return all.find((provider) => provider.id === id)?.label ?? id;
}

/** What the field for this provider's key is called. */
export function keyLabel(words: Words, provider: Provider | undefined): string {
  return provider ? words(provider.keyOptional ? "keyLabelOptional" : "keyLabel", { provider: provider.label }) : words("apiKey");
}

/** What stands in the empty field. */
export function placeholder(words: Words, { id, keyPlaceholder }: Provider): string {
  return keyPlaceholder || words(`placeholder.${id}` as Key);
}

/** Where to find a key. */
export function help(words: Words, { id }: Provider): string {
  return words(`help.${id}` as Key);
}

export { testKeys };
