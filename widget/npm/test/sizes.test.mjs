import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BUDGETS } from '../../build/sizes.mjs';
import * as scales from '../../build/weigh.mjs';
import { built } from './package.mjs';

const LANGUAGES = ['de-', 'es-', 'ja-'];

const folder = fileURLToPath(built('.'));
const weight = (entry, lazily) => scales.weight(folder, entry, lazily);
const chunks = (prefix) => scales.chunks(folder, prefix);

test('the badge alone fits 1.5 KB', async () => {
  assert.ok(BUDGETS.badge <= 1_500);
  assert.ok((await weight('badge.js')) <= BUDGETS.badge);
});

test('what a page pays for before anybody touches the field stays small', async () => {
  assert.ok((await weight('index.js')) <= BUDGETS['the same from npm, in its chunks']);
});

test('a first connect fits 40 KB in all', async () => {
  for (const name of ['first connect, in all', 'first connect from npm, in its chunks']) assert.ok(BUDGETS[name] <= 40_000, name);
  assert.ok((await weight('index.js', true)) <= BUDGETS['first connect from npm, in its chunks']);
});

test('the README says what the package weighs', async () => {
  const readme = new URL('../README.md', import.meta.url);
  const text = await readFile(readme, 'utf8');
  const measured = await scales.rows(folder);
  const isOurs = (line) => line.startsWith('| **byo-connect');
  if (process.env.BYO_UPDATE) {
    const rows = [...measured];
    await writeFile(readme, text.split('\n').map((line) => (isOurs(line) ? rows.shift() : line)).join('\n'));
    return;
  }
  assert.deepEqual(text.split('\n').filter(isOurs), measured, 'BYO_UPDATE=1 writes them anew');
});

test('a size is told to two digits', () => {
  assert.deepEqual([949, 1_023, 9_949, 9_950, 37_338].map(scales.shown), ['0.9 KB', '1.0 KB', '9.9 KB', '10 KB', '37 KB']);
});

test('a pinned root costs little on top', async () => {
  const [pin] = await chunks('pin-');
  assert.ok((await alone(pin)) <= BUDGETS['a pinned root, on top']);
});

test('a page that forbids WebAssembly pays little on top', async () => {
  const [webcrypto] = await chunks('webcrypto-');
  assert.ok((await alone(webcrypto)) <= BUDGETS['sealing without WebAssembly, on top']);
});

test('another language, and a page’s own words, are a small chunk each', async () => {
  const [others] = await chunks('others-');
  for (const prefix of LANGUAGES) {
    const [language, ...more] = await chunks(prefix);
    assert.deepEqual(more, []);
    assert.ok((await alone(language)) + (await alone(others)) <= BUDGETS['another language, on top'], language);
  }
  const [own] = await chunks('own-');
  assert.ok((await alone(own)) <= BUDGETS['a page’s own words, on top']);
});

test('an isolated field costs little on top', async () => {
  const [isolated] = await chunks('isolated-');
  assert.ok((await alone(isolated)) <= BUDGETS['an isolated field, on top']);
});

test('the React components cost little on top', async () => {
  assert.ok((await alone('react.js')) <= BUDGETS['the React components, on top']);
});

test('there are no files that nothing imports', async () => {
  const files = (await readdir(built('dist/'))).filter((name) => name.endsWith('.js'));
  const texts = await Promise.all(files.map((name) => readFile(built(`dist/${name}`), 'utf8')));
  const entries = ['index.js', 'element.js', 'badge.js', 'react.js'];
  for (const name of files.filter((name) => !entries.includes(name))) {
    assert.ok(texts.some((text) => text.includes(`./${name}`)), name);
  }
});

/** One file, without what it imports. */
function alone(name) {
  return scales.bytes(folder, name);
}
