// The sources, bundled as the package is, with doors that the package does not have.

import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../../build/bundle.mjs';
import { built } from './package.mjs';

/** A fresh copy, which shares nothing with any other: as if a page were loaded anew. */
export async function inside() {
  const out = await mkdtemp(join(tmpdir(), 'byo-inside-'));
  // Not before: its chunks are loaded as they are needed.
  process.on('exit', () => rmSync(out, { recursive: true, force: true }));
  await bundle({
    source: fileURLToPath(new URL('..', import.meta.url)),
    wasmDir: fileURLToPath(built('../../widget-wasm')),
    out,
    entries: { inside: '../test/inside' },
    chunks: '[name]-[hash]',
  });
  return import(pathToFileURL(join(out, 'inside.js')));
}
