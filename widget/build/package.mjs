// What stands beside the bundles in the npm package.

import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/**
 * Files that register elements when they are imported; a bundler may drop any other of which nothing is used. The shared chunks are where it
 * is done. Those that are loaded lazily do nothing by themselves.
 */
const SIDE_EFFECTS = ['./dist/index.js', './dist/element.js', './dist/badge.js', './dist/react.js', './dist/chunk-*.js', './*.js'];

/** Types, README, the module itself, stubs for old resolvers and a package.json whose version is the server's. */
export async function writePackage({ widget, source, wasmDir, out }) {
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  manifest.version = await workspaceVersion(widget);
  delete manifest.private;
  // Not in the sources' own package.json, which says it of the sources to esbuild.
  manifest.sideEffects = SIDE_EFFECTS;
  await writeFile(join(out, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await cp(join(source, 'README.md'), join(out, 'README.md'));
  await cp(join(wasmDir, 'byo_widget_bg.wasm'), join(out, 'dist/byo.wasm'));
  await stubs(manifest, out);
  await serverComponentsKeepOut(join(out, 'dist/react.js'));
  await promisify(execFile)(process.execPath, [
    join(widget, 'node_modules/typescript/bin/tsc'),
    ...['-p', source, '--emitDeclarationOnly', '--outDir', resolve(out, 'dist/types')],
  ]).catch(({ stdout, stderr }) => {
    throw new Error(`the sources do not type-check:\n${stdout}${stderr}`);
  });
}

/** `byo-connect/badge` as a file, for Parcel and others that do not look at `exports`. */
async function stubs({ exports }, out) {
  for (const [entry, { types, default: target }] of Object.entries(exports)) {
    if (entry === '.' || !types) continue;
    await writeFile(join(out, `${entry}.js`), `export * from '${target}';\n`);
    await writeFile(join(out, `${entry}.d.ts`), `export * from '${types.replace(/\.d\.ts$/, '.js')}';\n`);
  }
}

/** Marks a file as one for the browser. Written afterwards: a banner of esbuild's would be on every chunk. */
async function serverComponentsKeepOut(file) {
  await writeFile(file, `"use client";${await readFile(file, 'utf8')}`);
}

async function workspaceVersion(widget) {
  const cargo = await readFile(join(widget, '../Cargo.toml'), 'utf8');
  const version = /^\[workspace\.package\][^[]*?^version = "([^"]+)"/ms.exec(cargo)?.[1];
  if (!version) throw new Error('Cargo.toml names no [workspace.package] version');
  return version;
}
