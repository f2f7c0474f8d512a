import { ByoError } from "./error.js";
import { wordsNow } from "./messages/index.js";

/** Fetches the chunk with everything that was put off, what seals among it. */
export async function later(): Promise<typeof import("./lazy.js")> {
  try {
    return await import("./lazy.js");
  } catch (cause) {
    const message = wordsNow()("error.load_failed");
    throw new ByoError({ type: "network", code: "load_failed", message }, { cause });
  }
}
