/** What every failure of this package carries. `code` is stable; `message` is for people. */
export interface ByoErrorFields {
  /** Whose fault it is: `validation`, `auth`, `key`, `provider`, `network`, `config` or `server`. */
  type: string;
  code: string;
  message: string;
  /** The option, attribute or field that is at fault. */
  param?: string;
  /** HTTP status, when a server answered. */
  status?: number;
  /** Quote this to whoever runs the byo server. */
  requestId?: string;
  /** What the provider made of the key, when it was asked. */
  verdict?: Verdict;
  /** Seconds to wait before another try. */
  retryAfter?: number;
}

/** What a check of a key with its provider proved. */
export type Verdict =
  | "valid"
  | "restricted"
  | "no_quota"
  | "rate_limited"
  | "rejected"
  | "denied"
  | "not_provable"
  | "unreachable";

export interface ByoError extends ByoErrorFields {}

/** The one error class of this package. It never holds any part of a key. */
export class ByoError extends Error {
  constructor({ message, ...fields }: ByoErrorFields, options?: ErrorOptions) {
    super(message, options);
    Object.assign(this, fields);
    this.name = "ByoError";
  }

  /** Takes over what has a code already; anything else is a fault of ours. */
  static from(reason: unknown): ByoError {
    if (reason instanceof ByoError) return reason;
    const fields = reason as Partial<ByoErrorFields> | null | undefined;
    if (typeof fields?.code === "string" && !(reason instanceof Error)) {
      const { type = "server", code, message = code, param, status, requestId, verdict, retryAfter } = fields;
      return new ByoError(
        present({ type, code, message, param, status, requestId, verdict, retryAfter }) as ByoErrorFields,
      );
    }
    return new ByoError(
      { type: "server", code: "internal", message: "Something went wrong in the widget. Nothing was stored." },
      { cause: reason },
    );
  }
}

/** Refused before anything is sent: a mistake in how the package is set up, or in what was typed. */
export function misuse(code: string, message: string, param?: string, type = "config"): ByoError {
  return new ByoError(present({ type, code, message, param }) as ByoErrorFields);
}

/** Drops members that are absent, so that `"status" in error` means something. */
export function present<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<T>;
}
