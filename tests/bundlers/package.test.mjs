// The package as whoever installs it from a byo server gets it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { required } from '../browser/support/environment.mjs';
import { startServer } from '../browser/support/server.mjs';
import { installAlone } from './support/install.mjs';

const run = promisify(execFile);
let server;
let place;

before(async () => {
  server = await startServer();
  place = await installAlone(server.url);
});
after(async () => {
  await place?.clear();
  await server?.stop();
});

test('npm installs it from a running server into an empty folder, and nothing else', async () => {
  const { dependencies } = JSON.parse(await readFile(join(place.folder, 'package.json'), 'utf8'));
  assert.deepEqual(dependencies, { 'byo-connect': `${server.url}/npm/byo-connect.tgz` });
  const { packages } = JSON.parse(await readFile(join(place.folder, 'package-lock.json'), 'utf8'));
  assert.deepEqual(Object.keys(packages), ['', 'node_modules/byo-connect']);
});

test('it runs no scripts, needs no other package and has the version of the server', async () => {
  const manifest = JSON.parse(await readFile(join(place.installed, 'package.json'), 'utf8'));
  for (const name of ['scripts', 'bin', 'dependencies', 'optionalDependencies', 'bundledDependencies', 'devDependencies']) assert.ok(!(name in manifest), name);
  assert.deepEqual(manifest.peerDependenciesMeta, { react: { optional: true } });
  const { stdout } = await run(required('BYO_BINARY'), ['--version']);
  assert.equal(manifest.version, stdout.trim().split(' ')[1]);
});

test('what was installed is the folder that the build left, file by file', async () => {
  const built = await contents(required('BYO_PACKAGE'));
  assert.deepEqual(await contents(place.installed), built);
});

test('Node imports every entry of it that needs no framework', async () => {
  const script = `
    for (const entry of ['byo-connect', 'byo-connect/element', 'byo-connect/badge']) await import(entry);
    for (const file of ['byo-connect/wasm', 'byo-connect/package.json']) console.log(import.meta.resolve(file));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: place.folder });
  assert.match(stdout, /dist\/byo\.wasm\n.*\/package\.json\n$/);
});

async function contents(folder) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const pairs = files.map(async ({ parentPath, path, name }) => {
    const file = join(parentPath ?? path, name);
    return [file.slice(folder.length), (await readFile(file)).toString('base64')];
  });
  return Object.fromEntries((await Promise.all(pairs)).sort(([one], [other]) => (one < other ? -1 : 1)));
}
