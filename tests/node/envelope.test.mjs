// Our pinned vectors, under an implementation of the format that shares no code with ours.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { AES_SUITE, Malformed, SUITE, encode, generateKeyPair, headerOf, info, keyId, open, parse, parseHeader, principalId, seal } from './support/envelope.mjs';

const VECTORS = new URL('../../seal/vectors/byo-seal-v1.json', import.meta.url);
const { vectors } = JSON.parse(await readFile(VECTORS, 'utf8'), keepBytes);
const REQUESTS = new URL('../../seal/vectors/byo-request-v1.json', import.meta.url);
const { vectors: requests } = JSON.parse(await readFile(REQUESTS, 'utf8'), keepBytes);
const expected = (outcome) => vectors.filter(({ expect }) => expect === outcome);

test('there are vectors of every kind', () => {
  for (const outcome of ['opens', 'refused', 'malformed']) assert.notEqual(expected(outcome).length, 0, outcome);
  assert.equal(new Set(vectors.map(({ name }) => name)).size, vectors.length, 'names are unique');
  assert.ok(vectors.length >= 150);
  for (const suite of [SUITE, AES_SUITE]) {
    for (const outcome of ['opens', 'refused']) {
      assert.ok(expected(outcome).some(({ context }) => context.suite === suite), `${suite} ${outcome}`);
    }
  }
});

for (const vector of expected('opens')) {
  test(`${vector.name}: opens, and sealing gives the same bytes`, async () => {
    const { privateKey, publicKey, context, sealedKey, ikmE, key } = vector;
    assertContext(vector);
    assert.equal(keyId(publicKey, context.suite), context.kid);
    assert.deepEqual(await open({ privateKey, context, sealed: sealedKey }), key);
    assert.deepEqual(await seal({ publicKey, context, key, ikmE }), sealedKey);
  });
}

for (const vector of expected('refused')) {
  test(`${vector.name}: is read but does not open (${vector.reason})`, async () => {
    const { privateKey, context, sealedKey } = vector;
    assertContext(vector);
    parse(sealedKey);
    await assert.rejects(open({ privateKey, context, sealed: sealedKey }));
  });
}

for (const vector of expected('malformed')) {
  test(`${vector.name}: is not even read (${vector.reason})`, () => {
    assert.throws(() => parse(vector.sealedKey), Malformed);
  });
}

test('there are vectors for requests of every kind', () => {
  for (const outcome of ['opens', 'refused', 'malformed']) assert.ok(requests.some(({ expect }) => expect === outcome), outcome);
  assert.equal(new Set(requests.map(({ name }) => name)).size, requests.length, 'names are unique');
  assert.ok(requests.length >= 60);
});

for (const vector of requests) {
  test(`for requests, ${vector.name}: ${vector.expect} (${vector.reason ?? 'as it should be'})`, async () => {
    const { privateKey, publicKey, header, call, envelope, ikmE, key } = vector;
    if (vector.expect === 'malformed') {
      assert.throws(() => parseHeader(header), Malformed);
      return;
    }
    const { sealed, context: said } = parseHeader(header);
    const context = { ...said, ...call };
    assert.deepEqual(encode(context), vector.encodedContext);
    if (vector.expect === 'refused') {
      await assert.rejects(open({ privateKey, context, sealed }));
      return;
    }
    assert.deepEqual(await open({ privateKey, context, sealed }), key);
    const again = await seal({ publicKey, context, key, ikmE });
    assert.deepEqual(again, sealed);
    const { origin, principalId: principal, name, providerConfig } = envelope;
    const text = headerOf({ sealed: again, origin, principalId: principal, name, providerConfig });
    assert.deepEqual(parseHeader(text), { sealed, context: said });
  });
}

test('an envelope opens under its own context only, whichever field is another', async () => {
  const pair = await generateKeyPair();
  const context = {
    kid: pair.kid,
    audience: 'https://byo.example',
    principal: principalId('byo_pk_test_example'),
    purpose: 'connect',
    provider: 'openai',
    refId: 'customer-1',
    name: 'default',
    providerConfig: {},
    pageOrigin: 'https://app.example',
    challenge: Buffer.alloc(64, 7),
  };
  const sealed = await seal({ ...pair, context, key: 'sk-example' });
  assert.equal((await open({ ...pair, context, sealed })).toString(), 'sk-example');

  const others = { ...context, challenge: Buffer.alloc(64, 8), providerConfig: { region: 'eu' } };
  for (const [field, value] of Object.entries(others)) {
    const other = typeof value === 'string' ? `${value}x` : value;
    await assert.rejects(open({ ...pair, context: { ...context, [field]: other }, sealed }), Error, field);
  }
});

function assertContext({ context, encodedContext, info: pinned }) {
  assert.deepEqual(encode(context), encodedContext);
  assert.deepEqual(info(context), pinned);
}

/** The file's hexadecimal members, and the context's challenge, as bytes; the envelope stays as it is on the wire. */
function keepBytes(name, value) {
  if (['privateKey', 'publicKey', 'ikmE', 'encodedContext', 'info', 'key'].includes(name)) return Buffer.from(value, 'hex');
  if (name === 'context') return { ...value, challenge: Buffer.from(value.challenge, 'base64url') };
  return value;
}
