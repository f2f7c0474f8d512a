// What the page asks for.

import { failure } from "../failure.js";
import { own } from "../given.js";
import { providers } from "../tables.js";
import type { ProviderConfig } from "../wire.js";

/** Which key: checked, and with the members that are there alone. */
export interface Asked {
  readonly provider: string;
  readonly refId: string;
  readonly name?: string;
  /** Only where anything is set. */
  readonly providerConfig?: ProviderConfig;
}

const MOST_KEY_BYTES = 4094;

/**
 * Reads what the page gave and checks what can be checked without the server. Members that nobody knows are refused, since
 * a mistyped `baseUrl` would send the key to the wrong host. No message repeats a value: people paste keys into the wrong
 * field.
 */
export function readRequest(fields: unknown): Asked {
  const given = new Given(fields);
  given.only("provider", "refId", "name", "providerConfig");
  const provider = given.needed("provider");
  if (!providers.some(({ id }) => id === provider)) throw given.wrong("provider", "This provider is not known here. Choose another one.");
  const refId = given.reference("refId", given.needed("refId"), 255);
  const name = given.reference("name", given.text("name"), 64);
  const providerConfig = readConfig(given.object("providerConfig"));
  return {
    provider,
    refId,
    ...(name !== undefined && { name }),
    ...(Object.keys(providerConfig).length > 0 && { providerConfig }),
  };
}

/** Checks the length of a typed key. */
export function checkKey({ provider }: Asked, bytes: number): void {
  const isOptional = providers.some((row) => row.id === provider && "keyOptional" in own(row));
  if (!bytes && !isOptional) throw failure("key_missing", { param: "providerKey" });
  if (bytes > MOST_KEY_BYTES) throw failure("key_too_long", { param: "providerKey" });
}

function readConfig(given: Given): ProviderConfig {
  given.only("baseUrl", "wireApi", "azure", "region");
  const [baseUrl, wireApi, region] = [given.text("baseUrl"), given.text("wireApi"), given.text("region")];
  if (wireApi !== undefined && wireApi !== "completions" && wireApi !== "responses") {
    throw given.wrong("wireApi", "This is not one of completions and responses.");
  }
  const azure = given.has("azure") ? readAzure(given.object("azure")) : undefined;
  return {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(wireApi && { wireApi }),
    ...(azure && { azure }),
    ...(region !== undefined && { region }),
  };
}

function readAzure(given: Given): NonNullable<ProviderConfig["azure"]> {
  given.only("apiVersion", "deployment");
  const apiVersion = given.needed("apiVersion");
  const deployment = given.text("deployment");
  return { apiVersion, ...(deployment !== undefined && { deployment }) };
}

/** An object of the page's, with the path to its members. One that is `null` is not there. */
class Given {
  readonly #members: { readonly [name: string]: unknown };
  readonly #within: string;

  constructor(json: unknown, within = "") {
    this.#members = own(typeof json === "object" ? json : null) as { [name: string]: unknown };
    this.#within = within;
  }

  only(...known: string[]): void {
    const stranger = Object.keys(this.#members).find((name) => this.has(name) && !known.includes(name));
    if (stranger !== undefined) throw this.wrong(stranger, `This is not known here. Known are ${known.join(", ")}.`);
  }

  has(name: string): boolean {
    return (this.#members[name] ?? undefined) !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.#members[name] ?? undefined;
    if (value !== undefined && typeof value !== "string") throw this.wrong(name, "This is not a text.");
    return value;
  }

  needed(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw this.wrong(name, "This is missing.");
    return text;
  }

  /** A `refId` or a name: compared byte for byte, so nothing may stand there that has two spellings. */
  reference<T extends string | undefined>(name: string, text: T, most: number): T {
    if (text === undefined) return text;
    if (!text) throw this.wrong(name, "This is empty.");
    if (text.length > most) throw this.wrong(name, "This is too long.");
    if (!/^[\w.~:@|+=,-]+$/.test(text)) throw this.wrong(name, "This may hold A-Z a-z 0-9 . _ ~ : @ | + = , - only.");
    return text;
  }

  object(name: string): Given {
    const value = this.#members[name] ?? {};
    if (typeof value !== "object" || Array.isArray(value)) throw this.wrong(name, "This is not an object.");
    return new Given(value, `${this.#within}${name}.`);
  }

  wrong(name: string, message: string) {
    return failure("invalid_request", { param: this.#within + name, message });
  }
}
