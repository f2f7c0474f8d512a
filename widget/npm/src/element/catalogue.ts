// The providers an element offers, from the table that the Rust half generates.

import { providers, testKeys } from "../tables.js";

export interface Provider {
  readonly id: string;
  readonly label: string;
  readonly keyLabel: string;
  readonly keyPlaceholder: string;
  readonly keyUrl: string;
  readonly help: string;
  /** What beside the key the provider cannot do without. */
  readonly needs: "none" | "baseUrl" | "azure";
  readonly keyOptional?: boolean;
}

export const all: readonly Provider[] = providers;

/** The known ones among these names, in the order given; all where none are given. */
export function offered(names: readonly string[] | null | undefined): readonly Provider[] {
  if (!names?.length) return all;
  return names.flatMap((name) => all.find(({ id }) => id === name) ?? []);
}

/** Names separated by commas or spaces. */
export function names(text: string | null): string[] {
  return text?.split(/[\s,]+/).filter(Boolean) ?? [];
}

export { testKeys };
