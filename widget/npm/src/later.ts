import { ByoError } from "./error.js";
import { wordsNow } from "./messages/index.js";

/** Fetches the chunk with everything that was put off, what seals among it. */
export const later = () => loaded(() => import("./lazy.js"));

/** Fetches a chunk, or says in words that it cannot be had. */
export async function loaded<T>(chunk: () => Promise<T>): Promise<T> {
  try {
    return await chunk();
  } catch (cause) {
    const message = wordsNow()("error.load_failed");
    throw new ByoError({ type: "network", code: "load_failed", message }, { cause });
  }
}
