// A pinned root: what must be true of a directory before a key is sealed to anything.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { inside } from './inside.mjs';
import { built } from './package.mjs';

const { createConnect } = await import(built('dist/index.js'));

const CERTIFICATE = 'application/vnd.byo.directory-key+json';
const LIST = 'application/vnd.byo.key-directory+json';
const SUITE = 'x25519-hkdf-sha256-chacha20poly1305';
const HOUR = 60 * 60 * 1000;
const ACCESS = { baseURL: 'https://byo.example.com', publishableKey: 'byo_pk_test_abc' };
const request = { provider: 'openai', refId: 'customer_123', providerKey: 'sk-byo-test-valid-precious' };

test('a key that the root vouches for is sealed to', async () => {
  const world = new World();
  assert.deepEqual(await world.connect(), { id: 'key_1' });
  assert.equal(world.posts.length, 1);
});

test('so is one that is announced as the next', async () => {
  const world = new World();
  world.list.keys[0].state = 'next';
  await world.connect();
});

test('the directory is asked for without a token, and again only when it says nothing of a key', async () => {
  const world = new World();
  await world.connect();
  await world.connect();
  const reads = () => world.calls.filter(({ url }) => url.endsWith('/.well-known/byo-keys.json'));
  assert.equal(reads().length, 1);
  assert.equal(reads()[0].init.headers, undefined);
  assert.deepEqual([reads()[0].init.credentials, reads()[0].init.redirect, reads()[0].init.cache], ['omit', 'error', 'no-store']);

  world.rotate();
  await world.connect();
  assert.equal(reads().length, 2);
});

const refusals = {
  'a key that is not in the list': ['key_not_vouched_for', (world) => (world.list.keys = [])],
  'a key that is not to be sealed to any more': ['key_not_vouched_for', (world) => (world.list.keys[0].state = 'retiring')],
  'a key that is listed for other suites': ['key_not_vouched_for', (world) => (world.list.keys[0].suites = ['of-tomorrow'])],
  'a substituted key': ['key_not_vouched_for', (world) => (world.offered = x25519())],
  'no directory': ['directory_missing', (world) => (world.answer = () => Response.json({ code: 'not_found' }, { status: 404 }))],
  'a directory that is no JSON': ['directory_untrusted', (world) => (world.answer = () => new Response('<html>'))],
  'a directory without signatures': ['directory_untrusted', (world) => (world.bend = (directory) => (directory.directory.signatures = []))],
  'a list that was changed': ['directory_untrusted', (world) => (world.bend = ({ directory }) => (directory.payload = base64({ ...world.list, serial: 9 })))],
  'a list signed by another key': ['directory_untrusted', (world) => (world.listKey = ed25519())],
  'a list that is signed as something else': ['directory_untrusted', (world) => (world.listType = CERTIFICATE)],
  'a directory of another root': ['directory_untrusted', (world) => (world.rootKey = ed25519())],
  'a directory key for another root': ['directory_untrusted', (world) => (world.certificate.root = `byo_root_${'A'.repeat(43)}`)],
  'a directory key for another server': ['directory_untrusted', (world) => (world.certificate.origins = ['https://other.example'])],
  'a list of another server': ['directory_untrusted', (world) => (world.list.origins = ['https://other.example'])],
  'a list without a serial': ['directory_untrusted', (world) => (world.list.serial = '12')],
  'a list of another version': ['directory_untrusted', (world) => (world.list.v = 2)],
  'a directory key that has run out': ['directory_expired', (world) => (world.certificate.notAfter = at(-1))],
  'a directory key of the day after tomorrow': ['directory_expired', (world) => (world.certificate.notBefore = at(48 * HOUR))],
  'a list that has run out': ['directory_expired', (world) => (world.list.expiresAt = at(-1))],
  'a list that claims to be good for longer than any': ['directory_expired', (world) => Object.assign(world.list, { issuedAt: at(-49 * HOUR), expiresAt: at(HOUR) })],
  'a list without times': ['directory_expired', (world) => (world.list.expiresAt = undefined)],
};
for (const [title, [code, bend]] of Object.entries(refusals)) {
  test(`${title}: refused before anything is sealed`, async () => {
    const world = new World();
    bend(world);
    await assert.rejects(world.connect(), { name: 'ByoError', type: 'server', code });
    assert.deepEqual(world.posts, []);
  });
}

test('a server that cannot be reached is told from one that cannot be trusted', async () => {
  const world = new World();
  world.answer = () => {
    throw new TypeError('fetch failed');
  };
  await assert.rejects(world.connect(), { name: 'ByoError', type: 'network', code: 'network_error' });
  assert.deepEqual(world.posts, []);
});

test('an older list than one seen before is refused, by other clients of the page too', async () => {
  const world = new World();
  await world.connect();
  world.list.serial -= 1;
  world.renew();
  await assert.rejects(world.connect(), { code: 'directory_rolled_back' });
  assert.equal(world.posts.length, 1);
  world.list.serial += 2;
  await world.connect();
});

test('the list of another root or server is no older list', async () => {
  await new World({ serial: 1000 }).connect();
  await new World({ serial: 1 }).connect();
});

test('parameters that come with a refusal are held to the pin too', async () => {
  const world = new World();
  world.refusal = { code: 'key_rotated', params: params(x25519()) };
  await assert.rejects(world.connect(), { code: 'key_not_vouched_for' });
  assert.equal(world.posts.length, 1, 'the first was sealed to a key that is vouched for');
});

test('a clock that is wrong by half a day is no reason to refuse', async () => {
  for (const wrong of [-12 * HOUR, 12 * HOUR]) {
    const world = new World();
    Object.assign(world.list, { issuedAt: at(wrong), expiresAt: at(wrong + 48 * HOUR) });
    world.certificate.notBefore = at(wrong);
    await world.connect();
  }
});

for (const [title, hours, bend] of [
  ['longer than any list may last, whatever it says itself', 47.5, ({ list }) => (list.expiresAt = at(365 * 24 * HOUR))],
  ['longer than its signer', 25, ({ certificate }) => (certificate.notAfter = at(24 * HOUR))],
]) {
  test(`a list that is remembered is not believed ${title}`, async (context) => {
    const world = new World();
    bend(world);
    await world.connect();
    const later = Date.now() + hours * HOUR;
    context.mock.method(Date, 'now', () => later);
    await assert.rejects(world.connect(), { code: 'directory_expired' });
    assert.equal(world.posts.length, 1);
  });
}

test('trust is checked before there is any key, with the directory alone', async () => {
  const { Core, checkOptions } = await inside();
  const open = (world) => new Core(checkOptions({ ...ACCESS, trustRoot: world.pinned, fetch: (url, init) => world.fetch(url, init) }));
  const world = new World();
  await open(world).checkTrust();
  assert.deepEqual(world.calls.map(({ url }) => url), ['https://byo.example.com/.well-known/byo-keys.json']);

  for (const title of ['no directory', 'a directory of another root', 'a list that has run out']) {
    const [code, bend] = refusals[title];
    const bad = new World();
    bend(bad);
    await assert.rejects(open(bad).checkTrust(), (error) => {
      assert.deepEqual([error.name, error.type, error.code], ['ByoError', 'server', code], title);
      assert.match(error.message, /no key is sent to it/);
      return true;
    });
  }
});

test('where WebCrypto seals, the list must hold the key for its suite', async (context) => {
  context.mock.method(WebAssembly, 'Module', function Module() {
    throw new WebAssembly.CompileError('forbidden');
  });
  const { Core, checkOptions, openSealer } = await inside();
  const sealer = await openSealer();
  const AES = 'x25519-hkdf-sha256-aes256gcm';
  const submit = (world) => {
    const fetch = async (url, init) => {
      const answer = await world.fetch(url, init);
      return url.endsWith('/params') ? Response.json({ ...(await answer.json()), suites: [SUITE, AES] }) : answer;
    };
    const core = new Core(checkOptions({ ...ACCESS, trustRoot: world.pinned, fetch }));
    return core.submit('connect', { provider: 'openai', refId: 'customer_123' }, sealer.hold('sk-byo-test-valid-precious'));
  };
  const [both, other] = [new World(), new World()];
  both.list.keys[0].suites = [SUITE, AES];
  await submit(both);
  assert.equal(both.posts[0].sealedKey.suite, AES);
  await assert.rejects(submit(other), { code: 'key_not_vouched_for' });
  assert.deepEqual(other.posts, []);
});

/** A root, its directory, and a server in the place of `fetch`. Everything may be bent before it is asked for. */
class World {
  calls = [];
  posts = [];
  refusal = undefined;
  rootKey = ed25519();
  listKey = ed25519();
  listType = LIST;
  offered = x25519();
  bend = () => {};

  constructor({ serial = 7 } = {}) {
    const pinned = `byo_root_${raw(this.rootKey).toString('base64url')}`;
    const publicKey = raw(this.listKey).toString('base64url');
    const origins = ['https://byo.example.com'];
    this.certificate = { v: 1, root: pinned, publicKey, origins, notBefore: at(-HOUR), notAfter: at(90 * 24 * HOUR) };
    const keys = [{ kid: 'x', publicKey: raw(this.offered).toString('base64url'), suites: [SUITE], state: 'active' }];
    this.list = { v: 1, origins, serial, issuedAt: at(-HOUR), expiresAt: at(47 * HOUR), keys };
    this.pinned = pinned;
    this.renew();
  }

  /** Another client, that remembers no list. */
  renew() {
    const connect = createConnect({
      baseURL: 'https://byo.example.com',
      publishableKey: 'byo_pk_test_abc',
      trustRoot: this.pinned,
      fetch: (url, init) => this.fetch(url, init),
    });
    this.connect = () => connect(request);
  }

  rotate() {
    this.offered = x25519();
    this.list.serial += 1;
    this.list.keys.unshift({ ...this.list.keys[0], publicKey: raw(this.offered).toString('base64url') });
  }

  async fetch(url, init) {
    this.calls.push({ url, init });
    if (url.endsWith('/.well-known/byo-keys.json')) return this.answer();
    if (init.method === 'GET') return Response.json(params(this.offered));
    this.posts.push(JSON.parse(init.body));
    return this.refusal ? Response.json(this.refusal, { status: 409 }) : Response.json({ id: 'key_1' });
  }

  answer() {
    const directoryKey = signed(this.rootKey, CERTIFICATE, this.certificate);
    const directory = { directoryKey, directory: signed(this.listKey, this.listType, this.list) };
    this.bend(directory);
    return Response.json(directory);
  }
}

function signed(key, payloadType, content) {
  const body = Buffer.from(JSON.stringify(content));
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);
  const sig = sign(null, message, key.privateKey).toString('base64');
  return { payload: body.toString('base64'), payloadType, signatures: [{ sig }] };
}

function params(key) {
  const publicKey = raw(key);
  const kid = createHash('sha256').update(Buffer.from('002000010003', 'hex')).update(publicKey).digest('hex').slice(0, 16);
  return {
    kid,
    suites: [SUITE],
    publicKey: publicKey.toString('base64url'),
    challenge: Buffer.alloc(64, 1).toString('base64url'),
    serverTime: at(0),
    expiresAt: at(600_000),
    directory: null,
  };
}

function ed25519() {
  return generateKeyPairSync('ed25519');
}

function x25519() {
  return generateKeyPairSync('x25519');
}

function raw({ publicKey }) {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
}

function at(offset) {
  return new Date(Date.now() + offset).toISOString();
}

function base64(content) {
  return Buffer.from(JSON.stringify(content)).toString('base64');
}
