// The pinned vectors once more, by the same Rust code compiled to wasm. BYO_SEAL_WASM is the folder in which
// wasm-bindgen has put the example `wasm_vectors` for Node.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = process.env.BYO_SEAL_WASM ?? fileURLToPath(new URL('../../target/seal-wasm', import.meta.url));
const { checkVector, checkRequestVector, checkRfc9180 } = createRequire(import.meta.url)(resolve(folder, 'wasm_vectors.js'));
const read = (name) => readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8');
const { vectors } = JSON.parse(read('byo-seal-v1'));
const { vectors: requests } = JSON.parse(read('byo-request-v1'));

test('every vector of RFC 9180 seals, opens and exports in wasm', () => {
  const counts = checkRfc9180(read('rfc9180-base-x25519-hkdfsha256-chacha20poly1305'));
  assert.deepEqual([...counts], [257, 3]);
});

test('the files hold vectors of every kind', () => {
  for (const file of [vectors, requests]) {
    assert.deepEqual(new Set(file.map(({ expect }) => expect)), new Set(['opens', 'refused', 'malformed']));
  }
});

for (const vector of vectors) {
  test(`in wasm, ${vector.name} is as expected: ${vector.expect}`, () => checkVector(JSON.stringify(vector)));
}

for (const vector of requests) {
  test(`in wasm, for requests, ${vector.name} is as expected: ${vector.expect}`, () => checkRequestVector(JSON.stringify(vector)));
}

test('in wasm, a vector that does not hold is reported', () => {
  const [plain] = vectors;
  assert.throws(() => checkVector(JSON.stringify({ ...plain, key: '00' })), { message: /^key: got/ });
  assert.throws(() => checkVector(JSON.stringify({ ...plain, expect: 'refused' })), { message: /^open: got/ });
  const [request] = requests;
  assert.throws(() => checkRequestVector(JSON.stringify({ ...request, key: '00' })), { message: /^key: got/ });
  assert.throws(() => checkRequestVector(JSON.stringify({ ...request, expect: 'refused' })), { message: /^open: got/ });
});
