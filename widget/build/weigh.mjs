// What a browser fetches of an installed package, in brotli bytes: `node widget/build/weigh.mjs <folder of the package>`.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

/** Chunks that are loaded only where a page isolates the field, pins a root, forbids WebAssembly, or is not content with English. */
const APART = /^(isolated|pin|webcrypto|others|own|de|es|ja)-/;

/** Everything of a package that is loaded with an entry; what waits until somebody means it only if asked for. */
export async function weight(folder, entry, lazily = false) {
  const seen = new Set();
  const visit = async (name) => {
    if (seen.has(name) || (name !== entry && APART.test(name))) return 0;
    seen.add(name);
    const text = await readFile(join(folder, 'dist', name), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*(\(?)\s*"\.\/([^"]+)"/g)];
    let sum = await bytes(folder, name);
    for (const [, dynamic, next] of imports) if (lazily || !dynamic) sum += await visit(next);
    return sum;
  };
  return visit(entry);
}

/** One file of it. */
export async function bytes(folder, name) {
  return brotliCompressSync(await readFile(join(folder, 'dist', name))).length;
}

/** What the README says of it, in its words. */
export async function rows(folder) {
  const [badge, atOnce, all] = await Promise.all([weight(folder, 'badge.js'), weight(folder, 'index.js'), weight(folder, 'index.js', true)]);
  return [
    `| **byo-connect**, until somebody touches the field | **${shown(atOnce)}** | nothing |`,
    `| **byo-connect**, all that a first connect takes: field, client, words and sealing as WebAssembly | **${shown(all)}** | nothing |`,
    `| **byo-connect/badge** alone | **${shown(badge)}** | nothing |`,
  ];
}

/** To two digits, since a third says nothing about what a page notices. */
export function shown(bytes) {
  const digits = bytes < 9_950 ? 1 : 0;
  return `${(bytes / 1_000).toFixed(digits)} KB`;
}

/** The dynamically imported chunks with such a name. */
export async function chunks(folder, prefix) {
  return (await readdir(join(folder, 'dist'))).filter((name) => name.startsWith(prefix));
}

if (argv[1] && import.meta.url === pathToFileURL(argv[1]).href) {
  if (!argv[2]) throw new Error('name the folder of an installed byo-connect');
  console.log((await rows(argv[2])).join('\n'));
}
