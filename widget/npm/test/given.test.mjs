// A page's objects: what the page gave counts, all of it, and nothing that every object inherits.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inside } from './inside.mjs';
import { built } from './package.mjs';

const { Core, checkOptions, encodeContext, startWasm } = await inside();
const { createConnect } = await import(built('dist/index.js'));

const EVIL = 'https://evil.example';
const CHACHA = 'x25519-hkdf-sha256-chacha20poly1305';
const SESSION = { baseURL: 'https://byo.example.com', sessionToken: 'byo_cs_test_abc' };
const digest = async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest());

/** What a careless parser of a query string leaves behind, under every name that is asked for anywhere. */
const LEFT_BEHIND = {
  ...{ baseURL: EVIL, publishableKey: 'byo_pk_test_evil', trustRoot: 'evil', fetch: 'evil', expiresIn: '86400' },
  ...{ provider: 'ollama', refId: 'evil', name: 'evil', providerKey: 'sk-evil', providerConfig: { baseUrl: EVIL } },
  ...{ baseUrl: EVIL, wireApi: 'responses', region: 'evil', azure: { apiVersion: 'evil' }, apiVersion: 'evil', deployment: 'evil' },
  ...{ params: params(8), keyOptional: true },
};

for (const purpose of ['connect', 'test', 'rotate']) {
  test(`${purpose}: nothing that every object inherits is posted, nor decides where to`, async () => {
    const server = new Server();
    const calls = await polluted(async () => {
      const connect = createConnect({ ...SESSION, fetch: server.fetch });
      await (purpose === 'connect' ? connect : connect[purpose])({ provider: 'openai', providerKey: 'sk-abc' });
      return server.calls;
    });
    assert.deepEqual(calls.map(([url]) => url), ['/v1/connect-session', '/v1/connect/params', `/v1/keys/${purpose}`].map((path) => SESSION.baseURL + path));
    const { sealedKey, ...clear } = JSON.parse(calls[2][1].body);
    assert.deepEqual(clear, { provider: 'openai', refId: 'customer_1' });
    assert.equal(sealedKey.kid, params(9).kid);
  });
}

test('no key is sealed for requests to a host that every object inherits', async () => {
  const server = new Server();
  const { sealedKey } = await polluted(() => createConnect({ ...SESSION, fetch: server.fetch }).sealForRequest({ provider: 'openai', providerKey: 'sk-abc' }));
  const { kid, suite, enc, ciphertext, challenge, principalId, ...clear } = JSON.parse(Buffer.from(sealedKey, 'base64url'));
  assert.deepEqual(clear, { v: 1, origin: '' });
  assert.ok(server.calls.every(([url]) => !url.includes('expiresIn')));
});

test('what is missing stays missing, whatever every object inherits', async () => {
  await polluted(async () => {
    assert.throws(() => createConnect({ sessionToken: SESSION.sessionToken }), { param: 'baseURL' });
    assert.throws(() => createConnect({ baseURL: SESSION.baseURL }), { param: 'publishableKey' });
    const connect = createConnect({ baseURL: SESSION.baseURL, publishableKey: 'byo_pk_test_abc', fetch: () => assert.fail('nothing is sent') });
    const whole = { provider: 'openai', refId: 'customer_1', providerKey: 'sk-abc' };
    for (const param of Object.keys(whole)) {
      const { [param]: _, ...others } = whole;
      await assert.rejects(connect(others), { code: 'invalid_option', param });
    }
    await assert.rejects(connect.disconnect({ provider: 'openai' }), { code: 'invalid_option', param: 'refId' });
  });
});

test('a customer’s keys are asked for and destroyed by the names that were given alone', async () => {
  const server = new Server();
  await polluted(async () => {
    const connect = createConnect({ ...SESSION, fetch: server.fetch });
    await connect.status();
    await connect.disconnect({ provider: 'openai' });
  });
  const [[listed], , [, { body }]] = server.calls;
  assert.equal(listed, `${SESSION.baseURL}/v1/keys?`);
  assert.deepEqual(JSON.parse(body), { provider: 'openai', refId: 'customer_1' });
});

test('the context is the same, whatever every object inherits', async () => {
  for (const providerConfig of [{}, { azure: { apiVersion: '1' } }]) {
    const binding = { audience: 'a', principal: 'p', purpose: 'connect', provider: 'azure', refId: 'r', name: 'n', pageOrigin: '', providerConfig, challenge: Uint8Array.of(1) };
    const encoded = () => encodeContext(digest, CHACHA, '0123456789abcdef', binding);
    assert.deepEqual(await polluted(encoded), await encoded());
  }
});

test('a refusal without parameters is not filled up with those that every object inherits', async () => {
  const server = new Server({ refusals: [{ code: 'key_rotated' }] });
  const key = (await startWasm()).hold('sk-abc');
  await polluted(() => new Core(checkOptions({ ...SESSION, fetch: server.fetch })).submit('connect', { provider: 'openai', refId: 'c' }, key));
  const kids = server.calls.filter(([, { body }]) => body).map(([, { body }]) => JSON.parse(body).sealedKey.kid);
  assert.deepEqual(kids, [params(9).kid, params(9).kid]);
});

for (const [stranger, given] of Object.entries({
  baseUrl: { baseUrl: EVIL },
  baseURL: { baseURL: EVIL },
  providerconfig: { providerconfig: { baseUrl: EVIL } },
  'providerConfig.baseURL': { providerConfig: { baseURL: EVIL } },
  keyName: { keyName: 'second' },
})) {
  test(`a client refuses ${stranger}, which nobody knows, before anything is sealed`, async () => {
    const server = new Server();
    const connect = createConnect({ ...SESSION, fetch: server.fetch });
    const target = { provider: 'openai', refId: 'customer_1', ...given };
    const calls = [connect, connect.test, connect.rotate, connect.sealForRequest].map((call) => call({ ...target, providerKey: 'sk-abc' }));
    for (const call of [...calls, connect.disconnect(target)]) {
      await assert.rejects(call, { name: 'ByoError', type: 'validation', code: 'invalid_request', param: stranger });
    }
    assert.deepEqual(server.calls, []);
  });
}

test('a call with nothing at all rejects with a ByoError too', async () => {
  const server = new Server();
  const connect = createConnect({ ...SESSION, fetch: server.fetch });
  for (const nothing of [undefined, null]) {
    for (const call of [connect, connect.test, connect.rotate, connect.sealForRequest, connect.disconnect]) {
      await assert.rejects(call(nothing), { name: 'ByoError', code: 'invalid_option', param: 'provider' });
    }
    await connect.status(nothing);
  }
});

/** Runs it while every object inherits what was left behind. */
async function polluted(run) {
  Object.assign(Object.prototype, LEFT_BEHIND);
  try {
    return await run();
  } finally {
    for (const name of Object.keys(LEFT_BEHIND)) delete Object.prototype[name];
  }
}

/** A server in the place of `fetch`, for one customer's session. */
class Server {
  calls = [];
  #refusals;

  constructor({ refusals = [] } = {}) {
    this.#refusals = refusals;
  }

  fetch = async (url, init) => {
    this.calls.push([url, { ...init }]);
    const refusal = init.method === 'POST' && this.#refusals.shift();
    if (refusal) return Response.json(refusal, { status: 409 });
    if (url.includes('/params')) return Response.json(params(9));
    return Response.json({ refId: 'customer_1', id: 'key_1', data: [], nextCursor: null });
  };
}

function params(byte) {
  const publicKey = Buffer.alloc(32, byte);
  const kid = createHash('sha256').update(Buffer.from('002000010003', 'hex')).update(publicKey).digest('hex').slice(0, 16);
  return { kid, suites: [CHACHA], publicKey: publicKey.toString('base64url'), challenge: Buffer.alloc(64, 7).toString('base64url') };
}
