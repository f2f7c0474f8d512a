// The module's way through a script: bytes to printable ASCII and back.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { transform } from 'esbuild';
import { asText } from '../../build/text.mjs';
import { built } from './package.mjs';

const source = await readFile(new URL('../src/seal/decode.ts', import.meta.url), 'utf8');
const { code } = await transform(source, { loader: 'ts' });
const { decode } = await import(`data:text/javascript,${encodeURIComponent(code)}`);

const every = Uint8Array.from({ length: 256 }, (_, value) => value);
const skewed = Uint8Array.from({ length: 9_999 }, (_, at) => (at * at) % 251);

test('what was written is read again, byte for byte', () => {
  for (const bytes of [new Uint8Array(), every, every.toReversed(), skewed, new Uint8Array(1_000)]) {
    assert.deepEqual(decode(asText(bytes)), bytes);
  }
});

test('no character of it needs an escape in any literal', () => {
  for (const bytes of [every, skewed]) assert.match(asText(bytes), /^[ !#%&(-;=-[\]^_a-~]+$/);
});

test('a text that was damaged on its way is refused wherever it was', () => {
  const text = asText(every);
  for (let at = 0; at < text.length; at += 1) {
    const swapped = text[at] === 'A' ? 'B' : 'A';
    assert.throws(() => decode(text.slice(0, at) + swapped + text.slice(at + 1)), `character ${at}`);
  }
  for (const cut of [text.slice(1), text.slice(0, -1), `${text} `, '', 'hello']) assert.throws(() => decode(cut));
});

test('every chunk, of the package and of what the server serves, is printable ASCII', async () => {
  for (const folder of ['dist/', '../../embed/']) {
    const files = (await readdir(built(folder), { recursive: true })).filter((name) => name.endsWith('.js'));
    assert.ok(files.length > 3, folder);
    for (const file of files) {
      const odd = (await readFile(built(folder + file))).findIndex((byte) => (byte < 32 && byte !== 10) || byte > 126);
      assert.equal(odd, -1, `${folder}${file}, byte ${odd}`);
    }
  }
});

test('the module that lies beside the scripts is the one within them', async () => {
  const files = (await readdir(built('dist/'))).filter((name) => name.endsWith('.js'));
  const texts = await Promise.all(files.map((name) => readFile(built(`dist/${name}`), 'utf8')));
  const [[, text], ...others] = texts.map((script) => /"([^"]{9999,})"/.exec(script)).filter(Boolean);
  assert.deepEqual(others, []);
  const module = await readFile(built('dist/byo.wasm'));
  assert.deepEqual(Buffer.from(decode(text)), module);
  assert.ok(WebAssembly.validate(module));
});
