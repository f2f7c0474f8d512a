// A second implementation of opening, written from FORMAT.md and RFC 9180 on Node's own primitives: what it
// makes of the pinned vectors shows that the format is described completely.
import assert from 'node:assert/strict';
import { createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8')).vectors;
const vectors = read('byo-seal-v1');
const requests = read('byo-request-v1');

for (const vector of vectors) {
  test(`independently, ${vector.name} is as expected: ${vector.expect}`, () => {
    assert.equal(encode(vector.context).toString('hex'), vector.encodedContext);
    if (vector.expect === 'opens') {
      assert.equal(open(vector).toString('hex'), vector.key);
    } else {
      assert.throws(() => open(vector));
    }
  });
}

for (const vector of requests) {
  test(`independently, for requests, ${vector.name} is as expected: ${vector.expect}`, () => {
    if (vector.expect === 'malformed') {
      assert.throws(() => parseHeader(vector.header));
      return;
    }
    const request = { ...vector, ...parseHeader(vector.header) };
    request.context = { ...request.context, ...vector.call };
    assert.equal(encode(request.context).toString('hex'), vector.encodedContext);
    if (vector.expect === 'opens') {
      assert.equal(open(request).toString('hex'), vector.key);
    } else {
      assert.throws(() => open(request));
    }
  });
}

const SUITES = {
  'x25519-hkdf-sha256-chacha20poly1305': { ids: '002000010003', cipher: 'chacha20-poly1305' },
  'x25519-hkdf-sha256-aes256gcm': { ids: '002000010002', cipher: 'aes-256-gcm' },
};

function open({ privateKey, context, sealedKey }) {
  const { enc, ciphertext } = parse(sealedKey);
  for (const member of ['kid', 'suite', 'challenge']) {
    assert.equal(sealedKey[member], context[member]);
  }
  const info = concat('byo/seal/v1\0', sha256(encode(context)));
  return unpad(hpkeOpen(SUITES[context.suite], Buffer.from(privateKey, 'hex'), enc, info, ciphertext));
}

function parse(sealedKey) {
  assert.deepEqual(Object.keys(sealedKey).sort(), ['challenge', 'ciphertext', 'enc', 'kid', 'suite', 'v']);
  assert.equal(sealedKey.v, 1);
  assert.match(sealedKey.kid, /^[0-9a-f]{16}$/);
  assert.ok(Object.hasOwn(SUITES, sealedKey.suite));
  assert.ok(base64url(sealedKey.challenge).length <= 128);
  const [enc, ciphertext] = [base64url(sealedKey.enc), base64url(sealedKey.ciphertext)];
  assert.equal(enc.length, 32);
  assert.ok([512, 1024, 2048, 4096].includes(ciphertext.length - 16));
  return { enc, ciphertext };
}

/** A header for requests: the sealed key, and all of the context but what the call says. */
function parseHeader(text) {
  assert.ok(text.length <= 8192);
  const { origin, principalId, name = 'default', providerConfig = {}, ...sealedKey } = JSON.parse(base64url(text).toString());
  parse(sealedKey);
  assert.match(origin, /^[!-~]{0,300}$/);
  assert.equal(base64url(principalId).length, 32);
  assert.match(name, /^[A-Za-z0-9._~:@|+=,-]{1,64}$/);
  assert.deepEqual(Object.keys(providerConfig).filter((member) => !['baseUrl', 'wireApi', 'azure', 'region'].includes(member)), []);
  const { kid, suite, challenge } = sealedKey;
  return { sealedKey, context: { kid, suite, challenge, principal: principalId, purpose: 'request', name, providerConfig, pageOrigin: origin } };
}

function base64url(text) {
  const bytes = Buffer.from(text, 'base64url');
  assert.equal(bytes.toString('base64url'), text);
  return bytes;
}

function encode(context) {
  return concat(
    ...[
      Buffer.from(SUITES[context.suite].ids, 'hex'),
      context.kid,
      context.audience,
      context.principal,
      context.purpose,
      context.provider,
      context.refId,
      context.name,
      sha256(canonical(context.providerConfig)),
      context.pageOrigin,
      Buffer.from(context.challenge, 'base64url'),
    ].flatMap(prefixed),
  );
}

function canonical({ baseUrl, wireApi, azure, region }) {
  const members = [
    ['baseUrl', baseUrl],
    ['wireApi', wireApi],
    ['azure.apiVersion', azure?.apiVersion],
    ['azure.deployment', azure?.deployment],
    ['region', region],
  ];
  return concat(...members.filter(([, value]) => value !== undefined).flatMap((member) => member.flatMap(prefixed)));
}

function prefixed(field) {
  const bytes = Buffer.from(field);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

function unpad(padded) {
  const length = padded.readUInt16BE(0);
  assert.equal([512, 1024, 2048, 4096].find((size) => length + 2 <= size), padded.length);
  assert.ok(padded.subarray(2 + length).every((byte) => byte === 0));
  return padded.subarray(2, 2 + length);
}

// RFC 9180 §4.1 (Decap) and §5.1 (KeySchedule) in base mode with an empty aad.
function hpkeOpen({ ids, cipher }, privateKey, enc, info, ciphertext) {
  const kem = labeled(Buffer.from('KEM\0\x20', 'latin1'));
  const hpke = labeled(concat('HPKE', Buffer.from(ids, 'hex')));
  const key = createPrivateKey({ key: concat(PKCS8, privateKey), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

  const dh = diffieHellman({ privateKey: key, publicKey: createPublicKey({ key: concat(SPKI, enc), format: 'der', type: 'spki' }) });
  assert.ok(dh.some((byte) => byte !== 0));
  const shared = kem.expand(kem.extract('', 'eae_prk', dh), 'shared_secret', concat(enc, publicKey), 32);

  const schedule = concat('\0', hpke.extract('', 'psk_id_hash', ''), hpke.extract('', 'info_hash', info));
  const secret = hpke.extract(shared, 'secret', '');
  const nonce = hpke.expand(secret, 'base_nonce', schedule, 12);
  const options = { authTagLength: 16 };
  const decipher = createDecipheriv(cipher, hpke.expand(secret, 'key', schedule, 32), nonce, options);
  decipher.setAuthTag(ciphertext.subarray(-16));
  return concat(decipher.update(ciphertext.subarray(0, -16)), decipher.final());
}

function labeled(suite) {
  return {
    extract: (salt, label, ikm) => hmac(salt, concat('HPKE-v1', suite, label, ikm)),
    // At most one block of HKDF-Expand is ever needed.
    expand: (prk, label, info, length) =>
      hmac(prk, concat(Buffer.from([0, length]), 'HPKE-v1', suite, label, info, '\x01')).subarray(0, length),
  };
}

const PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

function hmac(key, bytes) {
  return createHmac('sha256', key).update(bytes).digest();
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest();
}

function concat(...parts) {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}
