import { ByoError } from "./error.js";

/** Fetches the chunk with everything that was put off, what seals among it. */
export async function later(): Promise<typeof import("./lazy.js")> {
  try {
    return await import("./lazy.js");
  } catch (cause) {
    const message = "The part that seals the key could not be loaded. Check your connection and try again. Nothing was sent.";
    throw new ByoError({ type: "network", code: "load_failed", message }, { cause });
  }
}
