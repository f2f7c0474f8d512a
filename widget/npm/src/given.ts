/**
 * A page's object as far as the page gave it: a copy without what every object inherits. Anything on the page may have put
 * members on `Object.prototype`, such as a `baseUrl` out of a query string, and those must not decide where a key goes.
 */
export function own<T>(given: T): T {
  return Object.assign(Object.create(null), given) as T;
}
