// A pinned root, from the operator's commands over a running server to the shipped package: what it vouches for is
// sealed to, and a server or somebody on the way who offers anything else gets no key.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { required } from '../browser/support/environment.mjs';
import { createProject } from '../browser/support/project.mjs';
import { makeRoot } from '../browser/support/root.mjs';
import { startServer } from '../browser/support/server.mjs';
import { generateKeyPair } from './support/envelope.mjs';

const KEY = 'sk-byo-test-valid-1';
const PAGE = 'https://app.example';
const DIRECTORY = '/.well-known/byo-keys.json';
let createConnect, root, server, environment;

before(async () => {
  // What makes this a page in the eyes of both.
  globalThis.location = { origin: PAGE };
  ({ createConnect } = await import(pathToFileURL(join(required('BYO_PACKAGE'), 'dist/index.js'))));
  root = await makeRoot();
  server = await startServer({ env: ({ url }) => root.setting(url) });
  environment = (await createProject(server)).test;
});
after(() => server?.stop());

test('a customer connects through a server whose root is pinned', async () => {
  await connect('customer_1');
  assert.equal((await keys('customer_1')).length, 1);
});

test('and goes on to do so when the sealing keys rotate, and when all of them are destroyed', async () => {
  const client = pinned();
  await client({ provider: 'openai', refId: 'customer_2', providerKey: KEY });
  for (const [at, flags] of [[], ['--compromised']].entries()) {
    await byo('keys', 'rotate', ...flags);
    await client({ provider: 'openai', refId: `customer_2${at}`, providerKey: KEY });
    assert.equal((await keys(`customer_2${at}`)).length, 1);
  }
  const { data, serial } = JSON.parse(await byo('keys', 'list'));
  assert.deepEqual(data.map(({ state }) => state).sort(), ['active', 'next']);
  assert.ok(serial > 0);
});

test('a sealing key of somebody on the way is sealed to by nobody who pins', async () => {
  const { publicKey, kid } = await generateKeyPair();
  const posts = [];
  const meddle = async (url, init) => {
    if (init.method === 'POST') posts.push(init.body);
    const response = await fromPage(url, init);
    if (!url.endsWith('/v1/connect/params')) return response;
    return Response.json({ ...(await response.json()), kid, publicKey: publicKey.toString('base64url') });
  };
  await assert.rejects(connect('customer_3', { fetch: meddle }), { code: 'key_not_vouched_for' });
  assert.deepEqual(posts, []);
  // Without the pin the same page seals the key for that somebody before the server can say that it is not its own.
  await connect('customer_3', { fetch: meddle, trustRoot: undefined });
  assert.equal(JSON.parse(posts[0]).sealedKey.kid, kid);
});

test('an old directory put back is refused by whoever has seen a newer one', async () => {
  const old = await (await fetch(server.url + DIRECTORY)).text();
  await byo('keys', 'rotate');
  await connect('customer_4');
  const rolledBack = (url, init) => (url.endsWith(DIRECTORY) ? new Response(old) : fromPage(url, init));
  await assert.rejects(connect('customer_4b', { fetch: rolledBack }), { code: 'directory_rolled_back' });
  assert.deepEqual(await keys('customer_4b'), []);
});

test('the directory of another server of the same root is refused', async () => {
  const other = await startServer({ env: ({ url }) => root.setting(url) });
  const swapped = (url, init) => fromPage(url.endsWith(DIRECTORY) ? other.url + DIRECTORY : url, init);
  await assert.rejects(connect('customer_5', { fetch: swapped }), { code: 'directory_untrusted' });
  await other.stop();
});

test('the directory of another root is refused', async () => {
  const { trustRoot } = await makeRoot();
  await assert.rejects(connect('customer_6', { trustRoot }), { code: 'directory_untrusted' });
});

test('a server without a directory is refused by whoever pins, and says why', async () => {
  const plain = await startServer();
  const { publishableKey } = (await createProject(plain)).test;
  const connect = createConnect({ baseURL: plain.url, publishableKey, trustRoot: root.trustRoot, fetch: fromPage });
  const request = { provider: 'openai', refId: 'customer_7', providerKey: KEY };
  await assert.rejects(connect(request), { code: 'directory_missing', status: 404 });
  await plain.stop();
});

test('a server does not start with a directory key for another one', async () => {
  const env = () => root.setting('https://elsewhere.example');
  await assert.rejects(startServer({ env }), /speaks for https:\/\/elsewhere\.example, not for http:\/\/127/);
});

test("the root's private half is for its owner alone and is never written over", async () => {
  const { mode } = await stat(join(root.folder, 'byo-root.key'));
  assert.equal(mode & 0o777, 0o600);
  const before = await root.secret();
  await assert.rejects(byo('keys', 'root', 'init'), /is there already and may hold another key/);
  assert.equal(await root.secret(), before);
  assert.equal((await byo('keys', 'root', 'show')).trim(), root.trustRoot);
});

const keys = (refId) => environment.keys(`?refId=${refId}`);

function pinned(options) {
  const { publishableKey } = environment;
  return createConnect({ baseURL: server.url, publishableKey, trustRoot: root.trustRoot, fetch: fromPage, ...options });
}

function connect(refId, options) {
  return pinned(options)({ provider: 'openai', refId, providerKey: KEY });
}

function fromPage(url, init) {
  return fetch(url, { ...init, headers: { ...init.headers, origin: PAGE } });
}

/** A command beside the running server. */
async function byo(...args) {
  return (await promisify(execFile)(required('BYO_BINARY'), args, { cwd: root.folder, env: server.settings })).stdout;
}
