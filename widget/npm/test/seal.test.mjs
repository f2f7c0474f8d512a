// Both ways of sealing, held to the pinned vectors, and the choice between them.
import assert from 'node:assert/strict';
import { createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inside } from './inside.mjs';

const { clean, decode, encode, encodeContext, keyId, startWasm, startWebCrypto } = await inside();
const vectors = JSON.parse(readFileSync(new URL('../../../seal/vectors/byo-seal-v1.json', import.meta.url), 'utf8')).vectors;
const requests = JSON.parse(readFileSync(new URL('../../../seal/vectors/byo-request-v1.json', import.meta.url), 'utf8')).vectors;

const CHACHA = 'x25519-hkdf-sha256-chacha20poly1305';
const AES = 'x25519-hkdf-sha256-aes256gcm';
const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
const digest = async (input) => new Uint8Array(createHash('sha256').update(input).digest());

/** For each suite, a sealer that draws this ephemeral key. */
const SEALERS = {
  [CHACHA]: (ikmE) => startWasm(() => bytes(ikmE)),
  [AES]: async (ikmE) => startWebCrypto(() => ephemeral(bytes(ikmE))),
};

for (const vector of vectors) {
  test(`${vector.name}: the context is bound as it is pinned`, async () => {
    const { context } = vector;
    const encoded = await encodeContext(digest, context.suite, context.kid, bindingOf(vector));
    assert.equal(Buffer.from(encoded).toString('hex'), vector.encodedContext);
  });
}

for (const vector of vectors.filter(({ expect }) => expect === 'opens')) {
  test(`${vector.name}: sealing gives the pinned bytes`, async () => {
    const { context, sealedKey } = vector;
    const sealer = await SEALERS[context.suite](vector.ikmE);
    assert.equal(sealer.suite, context.suite);
    const { kid, enc, ciphertext } = await sealer.seal(sealer.hold(Buffer.from(vector.key, 'hex').toString()), bindingOf(vector));
    assert.deepEqual({ kid, enc, ciphertext }, { kid: sealedKey.kid, enc: sealedKey.enc, ciphertext: sealedKey.ciphertext });
    assert.equal(kid, await keyId((input) => sealer.digest(input), context.suite, bytes(vector.publicKey)));
  });
}

// A sealer makes the key id itself, so it cannot be given a wrong one; one that is announced is params.ts's to refuse.
const isForSealers = ({ expect, changed }) => expect !== 'opens' && String(changed) !== 'context.kid';
for (const vector of vectors.filter(isForSealers)) {
  test(`${vector.name}: is never what is sealed (${vector.reason})`, async () => {
    const { key } = vectors.find(({ name }) => name === vector.base);
    const sealer = await SEALERS[vector.context.suite](vector.ikmE);
    const sealed = await sealer.seal(sealer.hold(Buffer.from(key, 'hex').toString()), bindingOf(vector)).catch((refused) => refused);
    if (sealed instanceof Error) return assert.equal(sealed.code, 'bad_params');
    const { challenge } = vector.context;
    assert.notDeepEqual({ v: 1, suite: sealer.suite, challenge, ...sealed }, vector.sealedKey);
  });
}

for (const vector of requests.filter(({ expect }) => expect === 'opens')) {
  test(`for requests, ${vector.name}: sealing gives the pinned bytes`, async () => {
    const { call, envelope } = vector;
    const { kid, suite, challenge, principalId: principal, origin: pageOrigin, name = 'default', providerConfig = {} } = envelope;
    const sealer = await SEALERS[suite](vector.ikmE);
    const binding = bindingOf({ ...vector, context: { ...call, purpose: 'request', principal, pageOrigin, name, providerConfig, challenge } });
    const sealed = await sealer.seal(sealer.hold(Buffer.from(vector.key, 'hex').toString()), binding);
    assert.deepEqual(sealed, { kid, enc: envelope.enc, ciphertext: envelope.ciphertext });
  });
}

for (const [suite, open] of Object.entries({ [CHACHA]: () => startWasm(), [AES]: () => startWebCrypto() })) {
  const [vector] = vectors.filter(({ context, expect }) => context.suite === suite && expect === 'opens');

  test(`${suite}: with randomness of its own, no two envelopes are alike and each opens`, async () => {
    const sealer = await open();
    const key = sealer.hold(' "sk-example-1"\n');
    const [one, other] = [await sealer.seal(key, bindingOf(vector)), await sealer.seal(key, bindingOf(vector))];
    assert.notEqual(one.enc, other.enc);
    assert.notEqual(one.ciphertext, other.ciphertext);
    for (const sealed of [one, other]) assert.equal(opened(vector, sealed), 'sk-example-1');
  });

  test(`${suite}: what cannot be sealed to is refused`, async () => {
    const sealer = await open();
    const seal = (bent) => sealer.seal(sealer.hold('sk-example-1'), { ...bindingOf(vector), ...bent });
    // Points of small order lead to a shared secret of zeros.
    for (const publicKey of [new Uint8Array(32), Uint8Array.of(1, ...new Uint8Array(31)), new Uint8Array(31)]) {
      await assert.rejects(seal({ publicKey }), { name: 'ByoError', code: 'bad_params' });
    }
  });

  test(`${suite}: a key is cleaned, measured and forgotten`, async () => {
    const sealer = await open();
    assert.equal(sealer.hold('Bearer  “sk-1” ').length, 4);
    assert.equal(sealer.hold('').length, 0);
    assert.equal(sealer.hold('ключ').length, 8);
    assert.throws(() => sealer.hold('k'.repeat(8193)), { name: 'ByoError', type: 'validation', code: 'key_too_long', param: 'providerKey' });

    const key = sealer.hold('sk-1');
    key.drop();
    key.drop();
    assert.equal(key.looksLike('openai'), undefined);
    await assert.rejects(sealer.seal(key, bindingOf(vector)), { name: 'ByoError', code: 'key_missing', param: 'providerKey' });
  });

  test(`${suite}: a key is forgotten after ten minutes`, async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const sealer = await open();
    const told = context.mock.fn();
    const key = sealer.hold('sk-1', told);
    context.mock.timers.tick(10 * 60 * 1000 - 1);
    assert.equal(told.mock.callCount(), 0);
    context.mock.timers.tick(1);
    assert.equal(told.mock.callCount(), 1);
    await assert.rejects(sealer.seal(key, bindingOf(vector)), { code: 'key_missing' });
  });

  test(`${suite}: hashes`, async () => {
    const sealer = await open();
    assert.equal(Buffer.from(await sealer.digest(Buffer.from('abc'))).toString('hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
}

test('a browser that lets a shared secret of zeros pass is not believed', async (context) => {
  const [vector] = vectors.filter(({ name }) => name === 'aes-plain');
  const sealer = await startWebCrypto();
  context.mock.method(crypto.subtle, 'deriveBits', async () => new ArrayBuffer(32));
  await assert.rejects(sealer.seal(sealer.hold('sk-example-1'), bindingOf(vector)), { code: 'bad_params' });
});

test('a key is cleaned alike in both', async () => {
  const sealer = await startWasm();
  const wrapping = ['', ' ', '\t\r\n', '"', "'", '`', '«', '»', '\u2018', '\u201f', '\u200b', '\u2060', '\ufeff', '\u00a0', '\u3000', '\u0000', '\u0085', '\u180e', '\u00ad', 'Bearer ', 'bearer', 'BEARER\t', '\u0130', '🔑', '\ud800'];
  for (const before of wrapping) {
    for (const behind of wrapping) {
      for (const key of ['', 'sk-1', 'a b', 'bearer']) {
        const pasted = before + behind + key + behind + before;
        const length = sealer.hold(pasted).length;
        assert.equal(Buffer.byteLength(clean(pasted)), length, JSON.stringify(pasted));
      }
    }
  }
  assert.equal(clean(' "Bearer \'sk-1\' " '), 'sk-1');
});

test('what a key looks like is told by a code', async () => {
  const sealer = await startWasm();
  const hint = (provider, key) => sealer.hold(key).looksLike(provider);
  assert.deepEqual(hint('openai', 'sk-ant-api03-x'), { code: 'other', provider: 'anthropic' });
  assert.deepEqual(hint('anthropic', 'sk-proj-x'), { code: 'other', provider: 'openai' });
  assert.deepEqual(hint('mistral', 'abcJQQJ99def'), { code: 'other', provider: 'azure' });
  assert.deepEqual(hint('google', 'sk-ant-admin01-x'), { code: 'admin', provider: 'anthropic' });
  assert.deepEqual(hint('openai', 'byo_pk_test_x'), { code: 'byo' });
  assert.deepEqual(hint('openai', 'sk-...abcd'), { code: 'masked' });
  assert.deepEqual(hint('openai', 'OPENAI sk-abc'), { code: 'spaced' });
  for (const [provider, key] of [['openai', 'sk-proj-x'], ['openai', ''], ['openai', 'sk-byo-test-valid'], ['of-tomorrow', 'a b']]) {
    assert.equal(hint(provider, key), undefined, `${provider} ${key}`);
  }
});

test('only the one spelling of base64url is read', () => {
  assert.deepEqual(decode('-_8'), Uint8Array.of(0xfb, 0xff));
  assert.deepEqual(decode(''), new Uint8Array(0));
  for (const other of ['-_8=', '+/8', '-_9', '-_8 ', '-_8\n', '-', '-_8Ä', undefined, null, 7, {}]) assert.equal(decode(other), undefined, JSON.stringify(other));
  for (let length = 0; length < 70; length++) assert.equal(encode(new Uint8Array(length).fill(length)), Buffer.alloc(length, length).toString('base64url'));
});

test('nothing of a key is left in WebAssembly memory, neither where it was held nor in what was given back', async (context) => {
  const memories = [];
  const { Instance } = WebAssembly;
  context.mock.method(WebAssembly, 'Instance', function (...given) {
    const made = new Instance(...given);
    memories.push(made.exports.memory);
    return made;
  });
  const sealer = await (await inside()).startWasm();
  const [memory] = memories;
  const places = (text) => Buffer.from(memory.buffer).indexOf(text);
  const [vector] = vectors;

  const secret = 'sk-precious-Zq7Wx2Vb9Nm4Kj6H';
  const key = sealer.hold(`  ${secret}  `);
  assert.notEqual(places(secret), -1, 'memory is looked into');
  await sealer.seal(key, bindingOf(vector));
  key.drop();
  assert.equal(places(secret), -1);
  assert.equal(places(secret.slice(0, 12)), -1);
  // What was handed in beside it lay in blocks that were given back.
  assert.equal(places(vector.context.audience), -1, 'freed blocks are wiped');

  assert.throws(() => sealer.hold(secret.repeat(1000)), { code: 'key_too_long' });
  assert.equal(places(secret), -1, 'one that does not fit either');
});

test('nothing of a key is left in what WebCrypto was given either', async (context) => {
  const held = [];
  const { encodeInto } = TextEncoder.prototype;
  context.mock.method(TextEncoder.prototype, 'encodeInto', function (text, into) {
    held.push(into);
    return encodeInto.call(this, text, into);
  });
  const { encrypt } = crypto.subtle;
  context.mock.method(crypto.subtle, 'encrypt', function (algorithm, key, padded) {
    held.push(padded);
    return encrypt.call(this, algorithm, key, padded);
  });
  const sealer = await startWebCrypto();
  const key = sealer.hold('sk-precious');
  await sealer.seal(key, bindingOf(vectors.find(({ name }) => name === 'aes-plain')));
  const [buffer, padded] = held;
  assert.ok(Buffer.from(buffer).includes('sk-precious'), 'the buffer is looked into');
  assert.equal(padded.length, 512);
  assert.ok(padded.every((byte) => byte === 0), 'the padded copy is wiped at once');
  key.drop();
  assert.ok(buffer.every((byte) => byte === 0));
  assert.throws(() => sealer.hold('sk-precious'.repeat(1000)));
  assert.ok(held.at(-1).every((byte) => byte === 0), 'one that does not fit is wiped too');
});

test('pages that forbid WebAssembly seal by WebCrypto, and create no module', async (context) => {
  const forbidden = () => {
    throw new WebAssembly.CompileError('blocked');
  };
  context.mock.method(WebAssembly, 'Module', function Module() { forbidden(); });
  const ways = ['compile', 'instantiate', 'Instance'].map((way) => context.mock.method(WebAssembly, way, forbidden));
  const { openSealer } = await inside();
  assert.equal((await openSealer()).suite, AES);
  for (const { mock } of ways) assert.equal(mock.callCount(), 0);
});

test('a module that does not start is no reason not to seal', async (context) => {
  context.mock.method(WebAssembly, 'compile', async () => {
    throw new WebAssembly.CompileError('damaged');
  });
  const { openSealer } = await inside();
  assert.equal((await openSealer()).suite, AES);
});

test('WebAssembly is taken where there is a choice, and started once', async (context) => {
  const compile = context.mock.method(WebAssembly, 'compile');
  const { openSealer } = await inside();
  const sealers = await Promise.all([openSealer(), openSealer()]);
  assert.equal(sealers[0], sealers[1]);
  assert.equal(sealers[0].suite, CHACHA);
  assert.equal(compile.mock.callCount(), 1);
});

for (const [missing, code] of [['X25519', 'csp_blocks_wasm'], ['subtle', 'insecure_context']]) {
  test(`where neither is to be had (no ${missing}), one error says so, and the next call tries again`, async (context) => {
    const blocked = context.mock.method(WebAssembly, 'Module', function Module() {
      throw new WebAssembly.CompileError('blocked');
    });
    const { openSealer } = await inside();
    const crypto = { getRandomValues: (array) => array };
    if (missing === 'X25519') crypto.subtle = { generateKey: () => Promise.reject(new DOMException('no', 'NotSupportedError')) };
    const kept = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
    Object.defineProperty(globalThis, 'crypto', { configurable: true, value: crypto });
    try {
      const error = await openSealer().catch((reason) => reason);
      assert.deepEqual([error.name, error.type, error.code], ['ByoError', 'config', code]);
      assert.equal(error.cause?.name, missing === 'X25519' ? 'NotSupportedError' : undefined, 'what WebCrypto said is kept for developers');
    } finally {
      Object.defineProperty(globalThis, 'crypto', kept ?? { configurable: true, value: webcrypto });
    }
    blocked.mock.restore();
    assert.equal((await openSealer()).suite, CHACHA);
  });
}

function bindingOf({ context, publicKey }) {
  const { audience, principal, purpose, provider, refId, name, providerConfig, pageOrigin, challenge } = context;
  return { audience, principal, purpose, provider, refId, name, providerConfig, pageOrigin, challenge: decode(challenge), publicKey: bytes(publicKey) };
}

/** RFC 9180 §7.1.3: what HPKE makes of the pinned bytes. */
async function ephemeral(ikm) {
  const suite = Buffer.from('KEM\0\x20', 'latin1');
  const prk = hmac('', Buffer.concat([Buffer.from('HPKE-v1'), suite, Buffer.from('dkp_prk'), ikm]));
  const sk = hmac(prk, Buffer.concat([Buffer.from([0, 32]), Buffer.from('HPKE-v1'), suite, Buffer.from('sk'), Buffer.from([1])]));
  const der = Buffer.concat([PKCS8, sk]);
  const raw = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', der, 'X25519', false, ['deriveBits']),
    publicKey: await webcrypto.subtle.importKey('raw', raw, 'X25519', true, []),
  };
}

/** What is inside, by Node's own primitives (RFC 9180 §4.1 and §5.1). */
function opened({ privateKey, publicKey, context }, { enc, ciphertext }) {
  const ids = Buffer.from(context.suite === AES ? '002000010002' : '002000010003', 'hex');
  const expected = vectors.find((vector) => vector.context === context);
  const info = Buffer.from(expected.info, 'hex');
  const labeled = (suite) => ({
    extract: (salt, label, ikm) => hmac(salt, Buffer.concat([Buffer.from('HPKE-v1'), suite, Buffer.from(label), Buffer.from(ikm)])),
    expand: (prk, label, more, length) =>
      hmac(prk, Buffer.concat([Buffer.from([0, length]), Buffer.from('HPKE-v1'), suite, Buffer.from(label), Buffer.from(more), Buffer.from([1])])).subarray(0, length),
  });
  const encapsulated = Buffer.from(enc, 'base64url');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.from(privateKey, 'hex')]), format: 'der', type: 'pkcs8' });
  const dh = diffieHellman({ privateKey: key, publicKey: createPublicKey({ key: Buffer.concat([SPKI, encapsulated]), format: 'der', type: 'spki' }) });
  const kem = labeled(Buffer.from('KEM\0\x20', 'latin1'));
  const shared = kem.expand(kem.extract('', 'eae_prk', dh), 'shared_secret', Buffer.concat([encapsulated, Buffer.from(publicKey, 'hex')]), 32);
  const hpke = labeled(Buffer.concat([Buffer.from('HPKE'), ids]));
  const schedule = Buffer.concat([Buffer.from([0]), hpke.extract('', 'psk_id_hash', ''), hpke.extract('', 'info_hash', info)]);
  const secret = hpke.extract(shared, 'secret', '');
  const cipher = context.suite === AES ? 'aes-256-gcm' : 'chacha20-poly1305';
  const decipher = createDecipheriv(cipher, hpke.expand(secret, 'key', schedule, 32), hpke.expand(secret, 'base_nonce', schedule, 12), { authTagLength: 16 });
  const sealed = Buffer.from(ciphertext, 'base64url');
  decipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  return padded.subarray(2, 2 + padded.readUInt16BE()).toString();
}

const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

function hmac(key, message) {
  return createHmac('sha256', key).update(message).digest();
}
