// Where the built package is.

import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = process.env.BYO_PACKAGE ?? fileURLToPath(new URL('../../../target/npm/byo-connect', import.meta.url));

/** The URL of a file of the built package. */
export function built(file) {
  return new URL(file, pathToFileURL(`${folder}/`));
}
