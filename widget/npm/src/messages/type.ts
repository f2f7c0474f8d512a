// What a language has words for: what English has. `{name}` in a text is where a value goes.

import type more from "./en-more.js";
import type english from "./en.js";

export type Key = keyof typeof english | keyof typeof more;

/** What is counted has a form for each plural that `Intl.PluralRules` names in the language; `one` and `other` do for most. */
type Counted = "tested" | "models";
type Forms = Partial<Record<`${Counted}.${"zero" | "two" | "few" | "many"}`, string>>;

/** A whole language, keyed flat. */
export type Messages = Record<Key, string> & Forms;

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
  /** The same, of words that are not just this package's English: another language's, or the page's own, where there are any. */
  translates?(key: string): key is Key;
}
