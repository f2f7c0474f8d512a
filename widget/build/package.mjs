// What stands beside the bundles in the npm package.

import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Types, README and a package.json whose version is the server's. */
export async function writePackage({ widget, source, out }) {
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));
  manifest.version = await workspaceVersion(widget);
  delete manifest.private;
  await writeFile(join(out, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await cp(join(source, 'README.md'), join(out, 'README.md'));
  await promisify(execFile)(process.execPath, [
    join(widget, 'node_modules/typescript/bin/tsc'),
    ...['-p', source, '--emitDeclarationOnly', '--outDir', resolve(out, 'dist/types')],
  ]).catch(({ stdout, stderr }) => {
    throw new Error(`the sources do not type-check:\n${stdout}${stderr}`);
  });
}

async function workspaceVersion(widget) {
  const cargo = await readFile(join(widget, '../Cargo.toml'), 'utf8');
  const version = /^\[workspace\.package\][^[]*?^version = "([^"]+)"/ms.exec(cargo)?.[1];
  if (!version) throw new Error('Cargo.toml names no [workspace.package] version');
  return version;
}
