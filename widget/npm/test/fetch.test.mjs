import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { built } from './package.mjs';

const { createConnect } = await import(built('dist/index.js'));

const request = { provider: 'openai', refId: 'customer_123', providerKey: '"sk-byo-test-valid-precious"' };

test('a given fetch sends every request, to the server alone, and never the key', async (context) => {
  context.mock.method(globalThis, 'fetch', () => assert.fail('the global fetch is not asked'));
  const server = new Server([{ status: 200, body: { id: 'key_1' } }]);
  assert.deepEqual(await server.connect(request), { id: 'key_1' });

  assert.deepEqual(server.calls.map(({ url }) => url), ['https://byo.example.com/v1/connect/params', 'https://byo.example.com/v1/keys/connect']);
  for (const { init } of server.calls) {
    assert.equal(init.headers.authorization, 'Bearer byo_pk_test_abc');
    assert.deepEqual([init.credentials, init.redirect, init.referrerPolicy, init.cache], ['omit', 'error', 'no-referrer', 'no-store']);
    assert.ok(!JSON.stringify(init).includes('precious'));
  }
  const { sealedKey, ...clear } = server.posted()[0];
  assert.deepEqual(clear, { provider: 'openai', refId: 'customer_123' });
  assert.equal(Buffer.from(sealedKey.ciphertext, 'base64url').length, 512 + 16, 'the length of the key is hidden');
});

for (const code of ['key_rotated', 'challenge_stale']) {
  test(`${code}: the key is sealed anew to what the answer offers, once`, async () => {
    const stale = { status: 409, body: { code, params: params() } };
    const server = new Server([stale, { status: 200, body: { id: 'key_1' } }]);
    await server.connect(request);
    const [first, second] = server.posted();
    assert.equal(second.sealedKey.kid, stale.body.params.kid);
    assert.equal(second.sealedKey.challenge, stale.body.params.challenge);
    assert.notEqual(first.sealedKey.enc, second.sealedKey.enc);

    const stubborn = new Server([stale, stale]);
    await assert.rejects(stubborn.connect(request), { name: 'ByoError', code, status: 409 });
    assert.equal(stubborn.posted().length, 2);
  });
}

test('every attempt asks for fresh parameters', async () => {
  const done = { status: 200, body: { id: 'key_1' } };
  const server = new Server([done, done]);
  await server.connect(request);
  await server.connect(request);
  const [first, second] = server.posted();
  assert.notEqual(first.sealedKey.challenge, second.sealedKey.challenge);
});

test('a refusal becomes a ByoError with what the server said about it', async () => {
  const body = { code: 'key_rejected', detail: 'OpenAI does not know this key.', verdict: 'rejected', requestId: 'req_1' };
  const server = new Server([{ status: 422, body }]);
  const expected = { name: 'ByoError', type: 'key', code: 'key_rejected', message: body.detail, status: 422, verdict: 'rejected', requestId: 'req_1' };
  await assert.rejects(server.connect(request), expected);
});

test('what stood in the way of a request is the cause of its failure', async () => {
  const cause = new TypeError('blocked by the page’s policy');
  const connect = createConnect({ baseURL: 'https://byo.example.com', publishableKey: 'byo_pk_test_abc', fetch: () => Promise.reject(cause) });
  await assert.rejects(connect(request), (error) => error.code === 'network_error' && error.cause === cause && !('cause' in { ...error }));
});

test('a key for requests is handed out and not posted', async () => {
  const server = new Server([]);
  const { sealedKey, expiresAt, ...more } = await server.connect.sealForRequest({ ...request, expiresIn: 600 });
  assert.deepEqual(server.calls.map(({ url, init }) => [init.method, url]), [
    ['GET', 'https://byo.example.com/v1/connect/params?purpose=request&expiresIn=600'],
  ]);
  assert.equal(expiresAt, '2026-01-01T00:10:00Z');
  assert.deepEqual(more, {});
  assert.match(sealedKey, /^[A-Za-z0-9_-]{1000,2000}$/);
  const { kid, suite, enc, ciphertext, challenge, ...said } = JSON.parse(Buffer.from(sealedKey, 'base64url'));
  assert.deepEqual(said, { v: 1, origin: '', principalId: createHash('sha256').update('byo_pk_test_abc').digest('base64url') });
  assert.equal(Buffer.from(ciphertext, 'base64url').length, 512 + 16, 'the length of the key is hidden');

  const again = await server.connect.sealForRequest(request);
  assert.equal(server.calls[1].url, 'https://byo.example.com/v1/connect/params?purpose=request');
  assert.notEqual(again.sealedKey, sealedKey);
});

test('what is asked for cannot add to the address', async () => {
  const server = new Server([]);
  await server.connect.sealForRequest({ ...request, expiresIn: '60&purpose=connect#' });
  assert.equal(server.calls[0].url, 'https://byo.example.com/v1/connect/params?purpose=request&expiresIn=60%26purpose%3Dconnect%23');
});

test('a key that fits no header is refused', async () => {
  const server = new Server([]);
  const key = { ...request, providerKey: 'k'.repeat(4094) };
  assert.ok((await server.connect.sealForRequest(key)).sealedKey.length <= 8192);
  const baseUrl = `https://example.com/${'a'.repeat(600)}`;
  await assert.rejects(server.connect.sealForRequest({ ...key, providerConfig: { baseUrl } }), {
    name: 'ByoError',
    code: 'key_too_long',
    param: 'providerKey',
  });
});

test('parameters that do not hold together are refused before the key is sealed to them', async () => {
  const server = new Server([]);
  server.params = () => ({ ...params(), kid: '0123456789abcdef' });
  await assert.rejects(server.connect(request), { name: 'ByoError', code: 'bad_params' });
  await assert.rejects(server.connect.sealForRequest(request), { name: 'ByoError', code: 'bad_params' });
  assert.deepEqual(server.posted(), []);
});

/** A server in the place of `fetch`: parameters for whoever asks, then these answers to posts. */
class Server {
  calls = [];
  params = params;
  connect = createConnect({
    baseURL: 'https://byo.example.com',
    publishableKey: 'byo_pk_test_abc',
    fetch: async (url, init) => {
      this.calls.push({ url, init });
      const { status, body } = init.method === 'GET' ? { status: 200, body: this.params() } : this.answers.shift();
      return Response.json(body, { status });
    },
  });

  constructor(answers) {
    this.answers = answers;
  }

  posted() {
    return this.calls.filter(({ init }) => init.method === 'POST').map(({ init }) => JSON.parse(init.body));
  }
}

function params() {
  const { x } = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  const suiteIds = Buffer.from('002000010003', 'hex');
  const kid = createHash('sha256').update(suiteIds).update(Buffer.from(x, 'base64url')).digest('hex').slice(0, 16);
  const suites = ['x25519-hkdf-sha256-chacha20poly1305'];
  return { kid, suites, publicKey: x, challenge: randomBytes(64).toString('base64url'), expiresAt: '2026-01-01T00:10:00Z', directory: null };
}
