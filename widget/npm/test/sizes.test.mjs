import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { BUDGETS } from '../../build/sizes.mjs';
import { built } from './package.mjs';

const LANGUAGES = ['de-', 'es-', 'ja-'];

/** An entry and all that it imports, in brotli bytes; lazily imported chunks only if asked for. */
async function weight(entry, lazily = false) {
  // Loaded only where a page isolates the field, pins a root, forbids WebAssembly, or is not content with English.
  const apart = await Promise.all(['isolated-', 'pin-', 'webcrypto-', 'others-', 'own-', ...LANGUAGES].map(chunks));
  const seen = new Set(apart.flat().filter((name) => name !== entry));
  const visit = async (name) => {
    if (seen.has(name)) return 0;
    seen.add(name);
    const text = await readFile(built(`dist/${name}`), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*(\(?)\s*"\.\/([^"]+)"/g)];
    let sum = brotliCompressSync(text).length;
    for (const [, dynamic, next] of imports) if (lazily || !dynamic) sum += await visit(next);
    return sum;
  };
  return visit(entry);
}

test('the badge alone fits 1.5 KB', async () => {
  assert.ok((await weight('badge.js')) <= BUDGETS.badge);
});

test('what a page pays for before anybody touches the field stays small', async () => {
  assert.ok((await weight('index.js')) <= BUDGETS['the same from npm, in its chunks']);
});

test('a first connect stays within its budget in all', async () => {
  assert.ok((await weight('index.js', true)) <= BUDGETS['first connect from npm, in its chunks']);
});

test('a pinned root costs little on top', async () => {
  const [pin] = await chunks('pin-');
  assert.ok((await weight(pin)) <= BUDGETS['a pinned root, on top']);
});

test('a page that forbids WebAssembly pays little on top', async () => {
  const [webcrypto] = await chunks('webcrypto-');
  const text = await readFile(built(`dist/${webcrypto}`));
  assert.ok(brotliCompressSync(text).length <= BUDGETS['sealing without WebAssembly, on top']);
});

test('another language, and a page’s own words, are a small chunk each', async () => {
  for (const prefix of LANGUAGES) {
    const [language, ...others] = await chunks(prefix);
    assert.deepEqual(others, []);
    assert.ok((await weight(language)) <= BUDGETS['another language, on top'], language);
  }
  const [own] = await chunks('own-');
  assert.ok(brotliCompressSync(await readFile(built(`dist/${own}`))).length <= BUDGETS['a page’s own words, on top']);
});

test('an isolated field costs little on top', async () => {
  const [isolated, ...others] = await chunks('isolated-');
  assert.deepEqual(others, []);
  assert.ok(brotliCompressSync(await readFile(built(`dist/${isolated}`))).length <= BUDGETS['an isolated field, on top']);
});

test('the React components cost little on top', async () => {
  const text = await readFile(built('dist/react.js'));
  assert.ok(brotliCompressSync(text).length <= BUDGETS['the React components, on top']);
});

test('there are no files that nothing imports', async () => {
  const files = (await readdir(built('dist/'))).filter((name) => name.endsWith('.js'));
  const texts = await Promise.all(files.map((name) => readFile(built(`dist/${name}`), 'utf8')));
  const entries = ['index.js', 'element.js', 'badge.js', 'react.js'];
  for (const name of files.filter((name) => !entries.includes(name))) {
    assert.ok(texts.some((text) => text.includes(`./${name}`)), name);
  }
});

async function chunks(prefix) {
  return (await readdir(built('dist/'))).filter((name) => name.startsWith(prefix));
}
