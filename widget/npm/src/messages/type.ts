// What a language has words for: what English has. `{name}` in a text is where a value goes.

import type more from "./en-more.js";
import type english from "./en.js";

export type Key = keyof typeof english | keyof typeof more;

/** A whole language, keyed flat. */
export type Messages = Record<Key, string>;

/** The words of one language, over them a page's own. */
export interface Words {
  /**
   * The text with its values in place. Of one whose key ends in `.other` the form for `count` is taken, where the
   * language has such a one: `.one`, and whatever else `Intl.PluralRules` names.
   */
  (key: Key, values?: Record<string, string | number>): string;
  /** Which language it is. */
  readonly locale: string;
  /** Whether there are words for this, such as for an error's code. */
  has(key: string): key is Key;
}
