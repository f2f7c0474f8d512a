// What is shipped, the wasm and what stands in for it, on one side and npm @hpke/core on the other, both ways, over HTTP.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { required } from '../browser/support/environment.mjs';
import { createProject } from '../browser/support/project.mjs';
import { startServer } from '../browser/support/server.mjs';
import { AES_SUITE, SUITE, generateKeyPair, keyId, open, parseHeader, principalId, seal } from './support/envelope.mjs';

const PAGE = 'https://app.example';
const TOKENS = { publishableKey: 'byo_pk_test_fromTheBrowser', sessionToken: 'byo_cs_test_fromTheBrowser' };
let createConnect, withoutWasm, pair, byo, server, environment;

before(async () => {
  ({ createConnect } = await import(pathToFileURL(join(required('BYO_PACKAGE'), 'dist/index.js'))));
  withoutWasm = await forbidden();
  pair = await generateKeyPair();
  byo = await standIn(pair);
  server = await startServer();
  environment = (await createProject(server)).test;
});
after(async () => {
  byo?.close();
  await server?.stop();
});

const SEALERS = {
  'the wasm': { create: () => createConnect, suite: SUITE, kid: () => pair.kid },
  WebCrypto: { create: () => withoutWasm, suite: AES_SUITE, kid: () => keyId(pair.publicKey, AES_SUITE) },
};

const REQUESTS = {
  'connect, nothing but the key': ['connect', { provider: 'openai', refId: 'customer_1', providerKey: 'sk-example-1' }],
  'connect, with a name and a place': [
    'connect',
    {
      provider: 'azure',
      refId: 'a|b~c:d@e+f=g,h.i-j',
      name: 'eu-west',
      providerKey: 'k',
      providerConfig: { baseUrl: 'https://Example.com/v1/', azure: { apiVersion: '2024-10-21', deployment: 'gpt' }, region: 'eu' },
    },
  ],
  'test, with the longest key of the smallest size': ['test', { provider: 'google', refId: 'c', providerKey: 'k'.repeat(510) }],
  'rotate, with a key one byte longer': ['rotate', { provider: 'anthropic', refId: 'c', providerKey: 'k'.repeat(511) }],
  'connect, with the longest key': ['connect', { provider: 'openai', refId: 'c', providerKey: 'k'.repeat(4094) }],
};

for (const [name, [purpose, request]] of Object.entries(REQUESTS)) {
  for (const [by, { create, suite, kid }] of Object.entries(SEALERS)) test(`sealed by ${by}, opened by @hpke/core: ${name}`, async () => {
    const token = purpose === 'connect' ? 'publishableKey' : 'sessionToken';
    const connect = create()({ baseURL: byo.url, [token]: TOKENS[token] });
    await (purpose === 'connect' ? connect : connect[purpose])(request);

    const { path, authorization, body } = byo.taken.pop();
    const { providerKey, ...clear } = request;
    const { sealedKey, ...said } = body;
    assert.equal(path, `/v1/keys/${purpose}`);
    assert.equal(authorization, `Bearer ${TOKENS[token]}`);
    assert.deepEqual(said, clear);
    assert.equal(sealedKey.suite, suite);

    const context = {
      suite,
      kid: kid(),
      audience: byo.url,
      principal: principalId(TOKENS[token]),
      purpose,
      name: 'default',
      ...clear,
      // No page, no origin.
      pageOrigin: '',
      challenge: byo.challenge,
    };
    assert.equal((await open({ ...pair, context, sealed: sealedKey })).toString(), providerKey);
    for (const [member, other] of Object.entries({ purpose: 'request', refId: 'someone-else', audience: 'https://other.example' })) {
      await assert.rejects(open({ ...pair, context: { ...context, [member]: other }, sealed: sealedKey }), Error, member);
    }
  });
}

for (const [name, { expiresIn, ...request }] of Object.entries({
  'nothing but the key': { provider: 'openai', refId: 'customer_1', providerKey: 'sk-example-1' },
  'a name, a place and a time': {
    provider: 'azure',
    refId: 'a|b~c:d@e+f=g,h.i-j',
    name: 'eu-west',
    providerKey: 'k'.repeat(511),
    providerConfig: { baseUrl: 'https://Example.com/v1/', azure: { apiVersion: '2024-10-21', deployment: 'gpt' }, region: 'eu' },
    expiresIn: 86_400,
  },
})) {
  for (const [by, { create, suite }] of Object.entries(SEALERS)) test(`sealed by ${by} for requests, opened by @hpke/core: ${name}`, async () => {
    const connect = create()({ baseURL: byo.url, publishableKey: TOKENS.publishableKey });
    const posted = byo.taken.length;
    const handed = await connect.sealForRequest({ ...request, expiresIn });
    assert.equal(byo.taken.length, posted, 'nothing is posted');
    assert.equal(byo.asked.at(-1), `/v1/connect/params?purpose=request${expiresIn ? `&expiresIn=${expiresIn}` : ''}`);
    assert.ok(Date.parse(handed.expiresAt) > Date.now());

    const { sealed, context: said } = parseHeader(handed.sealedKey);
    const { provider, refId, providerKey } = request;
    assert.equal(sealed.suite, suite);
    assert.equal(said.principal, principalId(TOKENS.publishableKey));
    assert.deepEqual(said.providerConfig, request.providerConfig ?? {});
    const context = { ...said, suite, audience: byo.url, provider, refId };
    assert.equal((await open({ ...pair, context, sealed })).toString(), providerKey);
    for (const [member, other] of Object.entries({ purpose: 'connect', refId: 'someone-else', provider: 'google', audience: 'https://other.example' })) {
      await assert.rejects(open({ ...pair, context: { ...context, [member]: other }, sealed }), Error, member);
    }
  });
}

test('two envelopes of one key have nothing in common', async () => {
  const connect = createConnect({ baseURL: byo.url, publishableKey: TOKENS.publishableKey });
  const request = { provider: 'openai', refId: 'c', providerKey: 'sk-example-1' };
  await connect(request);
  await connect(request);
  const [first, second] = byo.taken.splice(-2).map(({ body }) => body.sealedKey);
  assert.notEqual(first.enc, second.enc);
  assert.notEqual(first.ciphertext, second.ciphertext);
});

test('a public key that its id does not name is not sealed to', async () => {
  const other = await generateKeyPair();
  const swapped = await standIn({ ...pair, publicKey: other.publicKey });
  const connect = createConnect({ baseURL: swapped.url, publishableKey: TOKENS.publishableKey });
  await assert.rejects(connect({ provider: 'openai', refId: 'c', providerKey: 'sk-example-1' }), { code: 'bad_params' });
  assert.deepEqual(swapped.taken, []);
  swapped.close();
});

for (const [by, { create }] of Object.entries(SEALERS)) {
  test(`sealed by ${by}, opened and stored by the server`, async (context) => {
    const refId = `customer_of_${by.replace(' ', '_')}`;
    globalThis.location = { origin: PAGE };
    context.after(() => delete globalThis.location);
    const fromThere = (url, init) => fetch(url, { ...init, headers: { ...init.headers, origin: PAGE } });
    const connect = create()({ baseURL: server.url, publishableKey: environment.publishableKey, fetch: fromThere });
    const { id, verdict } = await connect({ provider: 'openai', refId, providerKey: 'sk-byo-test-valid-9' });
    assert.equal(verdict, 'valid');
    const [stored] = await environment.keys(`?refId=${refId}`);
    assert.deepEqual([stored.id, stored.hint], [id, 'id-9'], 'the very key was opened');
  });
}

test('sealed by @hpke/core, opened and stored by the server', async () => {
  const { answer } = await submit({ refId: 'customer_1', key: 'sk-byo-test-valid-1' });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(answer.body.verdict, 'valid');
  const [stored] = await environment.keys('?refId=customer_1');
  assert.equal(stored.id, answer.body.id);
  assert.equal(stored.hint, 'id-1', 'the very key was opened');
});

test('sealed by @hpke/core with AES-256-GCM, opened and stored by the server', async () => {
  const { answer } = await submit({ refId: 'customer_aes', key: 'sk-byo-test-valid-2', suite: AES_SUITE });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const [stored] = await environment.keys('?refId=customer_aes');
  assert.equal(stored.hint, 'id-2', 'the very key was opened');
});

test('an envelope of @hpke/core for another customer, page or server does not open', async () => {
  for (const bent of [{ refId: 'customer_3' }, { pageOrigin: 'https://evil.example' }, { audience: 'https://other.example' }]) {
    const { answer } = await submit({ refId: 'customer_2', key: 'sk-byo-test-valid-1', bent });
    assert.equal(answer.status, 422, JSON.stringify(bent));
    assert.equal(answer.body.code, 'envelope_invalid');
  }
  assert.deepEqual(await environment.keys('?refId=customer_2'), []);
});

/** What a page would do, on @hpke/core; `bent` is sealed in place of what is said. */
async function submit({ refId, key, bent, suite = SUITE }) {
  const token = environment.publishableKey;
  const headers = { origin: PAGE };
  const { body: params } = await server.call('GET', '/v1/connect/params', { token, headers });
  assert.deepEqual(params.suites, [SUITE, AES_SUITE]);
  const publicKey = Buffer.from(params.publicKey, 'base64url');
  assert.equal(params.kid, keyId(publicKey, SUITE));
  const context = {
    suite,
    kid: keyId(publicKey, suite),
    audience: server.url,
    principal: principalId(token),
    purpose: 'connect',
    provider: 'openai',
    refId,
    name: 'default',
    pageOrigin: PAGE,
    challenge: Buffer.from(params.challenge, 'base64url'),
    ...bent,
  };
  const sealedKey = await seal({ publicKey, context, key });
  return { answer: await server.call('POST', '/v1/keys/connect', { token, headers, body: { provider: 'openai', refId, sealedKey } }) };
}

/** The package once more, in a copy that came upon WebAssembly being forbidden. */
async function forbidden() {
  const copy = await mkdtemp(join(tmpdir(), 'byo-without-wasm-'));
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }));
  await cp(required('BYO_PACKAGE'), copy, { recursive: true });
  const { createConnect } = await import(pathToFileURL(join(copy, 'dist/index.js')));
  const { Module } = WebAssembly;
  WebAssembly.Module = function Module() {
    throw new WebAssembly.CompileError('forbidden');
  };
  try {
    // How to seal is found out by the first key, here one that goes nowhere.
    await createConnect({ baseURL: 'https://byo.invalid', publishableKey: TOKENS.publishableKey, fetch: async () => Response.error() })({
      ...{ provider: 'openai', refId: 'c', providerKey: 'k' },
    }).catch(() => {});
  } finally {
    WebAssembly.Module = Module;
  }
  return createConnect;
}

/** A server whose sealing key is ours; it takes everything. */
async function standIn({ publicKey, kid }) {
  const challenge = Buffer.alloc(64, 7);
  const taken = [];
  const asked = [];
  const http = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const params = {
      kid,
      suites: [SUITE, AES_SUITE],
      publicKey: publicKey.toString('base64url'),
      challenge: challenge.toString('base64url'),
      serverTime: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      directory: null,
    };
    const { url, headers } = request;
    if (request.method === 'POST') {
      taken.push({ path: url, authorization: headers.authorization, body: JSON.parse(Buffer.concat(chunks)) });
    }
    if (request.method === 'GET') asked.push(url);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(url.startsWith('/v1/connect/params') ? params : { id: 'key_1' }));
  });
  await new Promise((resolve, reject) => http.once('error', reject).listen(0, '127.0.0.1', resolve));
  const close = () => {
    http.closeAllConnections();
    http.close();
  };
  return { url: `http://127.0.0.1:${http.address().port}`, challenge, asked, taken, close };
}
