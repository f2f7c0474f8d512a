// A module of the sources by itself, for what needs no browser and no server.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Imports `src/{path}` with all that it imports. */
export async function source(path) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../src/${path}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    define: { BYO_SERVED_FROM: 'undefined' },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
