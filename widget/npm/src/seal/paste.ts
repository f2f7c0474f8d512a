// Cleaning what was pasted, as the Rust half does it, for where that cannot run.

/** White space, what is invisible, and quotes. */
const WRAPPING = /^[\p{White_Space}\p{Cc}"'`\xab\xbb\u2018-\u201f\u200b-\u200f\u2060\ufeff]$/u;
const SCHEME = /^bearer(?=\p{White_Space})/iu;

/** Removes what people copy along with a key: what surrounds it, and a leading `Bearer`. Its inside is left as it is. */
export function clean(text: string): string {
  for (;;) {
    let [start, end] = [0, text.length];
    while (start < end && WRAPPING.test(text[start] as string)) start++;
    while (start < end && WRAPPING.test(text[end - 1] as string)) end--;
    const shorter = text.slice(start, end).replace(SCHEME, "");
    if (shorter.length === text.length) return shorter;
    text = shorter;
  }
}
