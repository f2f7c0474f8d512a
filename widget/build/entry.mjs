// What the server needs to tell pages what to hold it to: the entry once more, under a name that changes with its bytes,
// and the module that the scripts carry as text.

import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Chunks lie one folder below `connect.js`, and beside the entry. */
const IMPORT = /((?:from|import)\s*\(?\s*")\.\/connect\/([\w-]+\.js")/g;

/** Writes `connect/entry-<hash>.js`, which is `connect.js` with its imports led to the same chunks; gives its path. */
export async function writeEntry(out) {
  const script = await readFile(join(out, 'connect.js'), 'utf8');
  const entry = script.replace(IMPORT, '$1./$2');
  if (entry.includes('./connect/')) throw new Error('connect.js names a chunk in an unexpected way');
  const chunks = (await readdir(join(out, 'connect'))).filter((name) => name.endsWith('.js'));
  for (const name of chunks) {
    const text = await readFile(join(out, 'connect', name), 'utf8');
    // Then a page with the entry would run everything twice.
    if (/["']\.\.\/connect\.js["']/.test(text)) throw new Error(`connect/${name} imports connect.js`);
  }
  const hash = createHash('sha256').update(entry).digest('hex').slice(0, 16);
  const path = `connect/entry-${hash}.js`;
  await writeFile(join(out, path), entry);
  return path;
}

/** Writes `wasm/byo.wasm`, which nobody is served: it stands there to be hashed. */
export async function writeModule({ wasmDir, out }) {
  await mkdir(join(out, 'wasm'), { recursive: true });
  await copyFile(join(wasmDir, 'byo_widget_bg.wasm'), join(out, 'wasm/byo.wasm'));
}
