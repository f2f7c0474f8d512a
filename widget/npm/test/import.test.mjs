import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { built } from './package.mjs';

test('importing where there is no DOM registers nothing and fails nothing', async () => {
  const all = await import(built('dist/index.js'));
  assert.deepEqual(Object.keys(all).sort(), ['ByoBadge', 'ByoConnect', 'ByoError', 'createConnect', 'registerLocale']);
  assert.deepEqual(Object.keys(await import(built('dist/element.js'))).sort(), ['ByoConnect', 'registerLocale']);
  assert.deepEqual(Object.keys(await import(built('dist/badge.js'))), ['ByoBadge']);
});

test('every file that package.json names is in the package', async () => {
  const manifest = JSON.parse(await readFile(built('package.json'), 'utf8'));
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.private, undefined);
  for (const target of Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)))) {
    await readFile(built(target));
  }
});

test('a resolver that does not look at exports finds the entries as files', async () => {
  const { exports } = JSON.parse(await readFile(built('package.json'), 'utf8'));
  for (const [entry, { types, default: target }] of Object.entries(exports).filter(([entry, { types }]) => types && entry !== '.')) {
    assert.equal(await readFile(built(`${entry}.js`), 'utf8'), `export * from '${target}';\n`);
    assert.equal(await readFile(built(`${entry}.d.ts`), 'utf8'), `export * from '${types.replace('.d.ts', '.js')}';\n`);
  }
});

test('only the React components are marked as for the browser, by their first line', async () => {
  for (const file of (await readdir(built('dist/'))).filter((name) => name.endsWith('.js'))) {
    const text = await readFile(built(`dist/${file}`), 'utf8');
    assert.equal(text.startsWith('"use client";'), file === 'react.js', file);
    assert.equal(text.includes('from"react"'), file === 'react.js', file);
  }
});

test('every file that registers an element when it is imported is declared to do so', async () => {
  const { sideEffects } = JSON.parse(await readFile(built('package.json'), 'utf8'));
  const declared = (file) => sideEffects.some((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(file));
  for (const file of (await readdir(built('dist/'))).filter((name) => name.endsWith('.js'))) {
    const lazy = /^(lazy|isolated|pin|webcrypto|others|own|de|es|ja)-/.test(file);
    assert.equal(declared(`./dist/${file}`), !lazy, file);
    if (lazy) assert.ok(!(await readFile(built(`dist/${file}`), 'utf8')).includes('customElements'), file);
  }
});

test('the package has the version of the workspace', async () => {
  const manifest = JSON.parse(await readFile(built('package.json'), 'utf8'));
  const cargo = await readFile(new URL('../../../Cargo.toml', import.meta.url), 'utf8');
  assert.ok(cargo.includes(`\nversion = "${manifest.version}"`), manifest.version);
});

test('nothing in the bundles would trip a strict policy or leave a dangling URL', async () => {
  const files = (await readdir(built('dist/'))).filter((name) => name.endsWith('.js'));
  for (const file of files) {
    const text = await readFile(built(`dist/${file}`), 'utf8');
    for (const banned of ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'new Function', 'eval(', 'import.meta', '.style.', 'localStorage', 'console.log', 'console.error']) {
      // A pinned root remembers the serial of its directory.
      if (banned === 'localStorage' && file.startsWith('pin-')) continue;
      // What a policy calls an inline style is an attribute; single properties, set by a script, are none.
      if (banned === '.style.' && file.startsWith('isolated-')) continue;
      assert.ok(!text.includes(banned), `${file} contains ${banned}`);
    }
  }
});

test('the badge is without WebAssembly and without the element', async () => {
  const text = await readFile(built('dist/badge.js'), 'utf8');
  for (const [, chunk] of text.matchAll(/from\s*"(\.\/[^"]+)"/g)) {
    const shared = await readFile(built(`dist/${chunk.slice(2)}`), 'utf8');
    assert.ok(!/WebAssembly|byo-connect|attachInternals/.test(shared), chunk);
  }
});
