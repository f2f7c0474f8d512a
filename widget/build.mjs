// Bundles the browser half: `node widget/build.mjs --wasm-dir <dir> --out-npm <dir> --out-embed <dir>`.
//
// --wasm-dir  wasm-bindgen's output for the Rust half (target "web"), already shrunk
// --out-npm   becomes the npm package's folder
// --out-embed becomes what a byo server serves; paths in it are paths in URLs

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from './build/bundle.mjs';
import { writeEntry, writeModule } from './build/entry.mjs';
import { writePackage } from './build/package.mjs';
import { reportSizes } from './build/sizes.mjs';
import { tarball } from './build/tarball.mjs';

const { values } = parseArgs({
  options: { 'wasm-dir': { type: 'string' }, 'out-npm': { type: 'string' }, 'out-embed': { type: 'string' } },
});
for (const name of ['wasm-dir', 'out-npm', 'out-embed']) {
  if (!values[name]) throw new Error(`--${name} is missing`);
}

const widget = dirname(fileURLToPath(import.meta.url));
const source = join(widget, 'npm');
const { 'wasm-dir': wasmDir, 'out-npm': outNpm, 'out-embed': outEmbed } = values;

const forNpm = await bundle({
  source,
  wasmDir,
  out: join(outNpm, 'dist'),
  entries: ['index', 'element', 'badge', 'react'],
  chunks: '[name]-[hash]',
});
const forServer = await bundle({
  source,
  wasmDir,
  out: outEmbed,
  entries: { connect: 'index', frame: 'frame' },
  chunks: 'connect/[hash]',
  // A page that loads the widget from a byo server need not say where byo is.
  servedFrom: 'new URL(import.meta.url).origin',
});
await writeEntry(outEmbed);
await writeModule({ wasmDir, out: outEmbed });
await writePackage({ widget, source, wasmDir, out: outNpm });

const archive = join(outEmbed, 'npm/byo-connect.tgz');
await mkdir(dirname(archive), { recursive: true });
await writeFile(archive, await tarball(outNpm));

reportSizes({ forNpm, forServer });
