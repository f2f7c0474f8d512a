// The server's refusals (`application/problem+json`) as failures. Whoever answers in the server's place chooses every text
// in here; the page shows them as text only, and codes are checked for shape.

import { type ByoError, type ByoErrorFields, present } from "../error.js";
import { failure } from "../failure.js";

/** What stands beside the body. */
interface Head {
  readonly status: number;
  /** `x-request-id` */
  readonly requestId?: string | null;
  /** `retry-after` */
  readonly retryAfter?: string | null;
}

/** The failure for this refusal; the body may be anything. */
export function refusal(body: unknown, { status, requestId, retryAfter }: Head): ByoError {
  const code = text(body, "code");
  const isCode = code !== undefined && /^[a-z_]{1,64}$/.test(code);
  return failure(isCode ? code : "unexpected_answer", {
    status,
    ...(isCode ? told(code, body) : {}),
    ...(present({
      requestId: text(body, "requestId") ?? requestId,
      verdict: text(body, "verdict"),
      retryAfter: /^\s*\d{1,9}\s*$/.test(retryAfter ?? "") ? Number(retryAfter) : undefined,
    }) as Partial<ByoErrorFields>),
  });
}

/** What of a refusal is for the customer; other details are for developers. */
function told(code: string, body: unknown): Partial<ByoErrorFields> {
  switch (code) {
    // The server wrote these two for the customer, about this very key.
    case "key_rejected":
    case "provider_unreachable":
      return present({ message: text(body, "detail") }) as Partial<ByoErrorFields>;
    case "invalid_request": {
      const errors = member(body, "errors");
      const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
      return present({ message: text(first, "message"), param: text(first, "field") }) as Partial<ByoErrorFields>;
    }
    case "destination_not_allowed":
      return { param: "providerConfig.baseUrl" };
    default:
      return {};
  }
}

/** A member's text, unless it is empty. */
function text(json: unknown, name: string): string | undefined {
  const value = member(json, name);
  return typeof value === "string" && value ? value : undefined;
}

/** A member of an object that somebody else made. */
export function member(json: unknown, name: string): unknown {
  return typeof json === "object" && json !== null && Object.hasOwn(json, name) ? (json as { [name: string]: unknown })[name] : undefined;
}
