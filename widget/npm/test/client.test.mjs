// What decides about requests and answers, piece by piece.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inside } from './inside.mjs';

const { Core, checkKey, checkOptions, english, failure, openEndpoint, readOffer, readRequest, refusal, startWasm, startWebCrypto, wantsFreshEnvelope } =
  await inside();

const CHACHA = 'x25519-hkdf-sha256-chacha20poly1305';
const AES = 'x25519-hkdf-sha256-aes256gcm';
const IDS = { [CHACHA]: '002000010003', [AES]: '002000010002' };
const TOKEN = 'byo_pk_test_abc';

// Where to send what

test('paths hang below the base URL and the audience is its origin', () => {
  for (const path of ['/', '', '/byo', '/byo/', '/byo//']) {
    const endpoint = openEndpoint(`https://keys.example${path}`, TOKEN, 'https://app.example');
    assert.equal(endpoint.root, `https://keys.example${path.replace(/\/+$/, '')}`);
    assert.equal(endpoint.audience, 'https://keys.example');
  }
  assert.equal(openEndpoint('https://Keys.Example:443/a', TOKEN, '').audience, 'https://keys.example', 'as fetch goes there');
});

test('other schemes and URLs with more are refused', () => {
  for (const url of ['ftp://keys.example', 'keys.example', '', 'https://me@keys.example', 'https://:pw@keys.example', 'https://keys.example/?a', 'https://keys.example/#a']) {
    assert.throws(() => openEndpoint(url, TOKEN, ''), { name: 'ByoError', type: 'config', code: 'invalid_base_url' }, url);
  }
});

test('a page over TLS takes plain HTTP on this machine only', () => {
  const page = 'https://app.example';
  for (const origin of ['http://keys.example', 'http://192.168.1.2:8787', 'http://localhost.example', 'http://127.0.0.1.example']) {
    assert.throws(() => openEndpoint(origin, TOKEN, page), { code: 'insecure_base_url' }, origin);
    openEndpoint(origin, TOKEN, 'http://app.example');
  }
  for (const origin of ['http://localhost:8787', 'http://127.0.0.1:8787', 'http://[::1]:8787', 'http://a.localhost']) openEndpoint(origin, TOKEN, page);
});

test('only tokens made for browsers are taken', () => {
  const open = (token) => openEndpoint('https://keys.example', token, '');
  open('byo_cs_live_abc');
  for (const secret of ['byo_sk_live_abc', 'byo_rt_test_abc']) {
    assert.throws(() => open(secret), (error) => error.code === 'secret_token_in_browser' && !JSON.stringify(error).includes(secret));
  }
  for (const other of ['', 'sk-proj-1', 'byo_pk_test_a b', 'byo_pk_test_a\r\nX: y', 'byo_pk_test_a\n', ' byo_pk_test_abc']) {
    assert.throws(() => open(other), { code: 'invalid_token' }, JSON.stringify(other));
  }
});

// What the page asks for

const plain = { provider: 'openai', refId: 'cus_1' };

test('a request is taken as it was given, and without what is not there', () => {
  const whole = {
    provider: 'azure',
    refId: 'c',
    name: 'n',
    providerConfig: { baseUrl: 'https://a.example', wireApi: 'responses', region: 'eu', azure: { apiVersion: '2024-10-21', deployment: 'd' } },
  };
  assert.deepEqual(readRequest(whole), whole);
  for (const empty of [{}, null, undefined, { baseUrl: null }]) assert.deepEqual(readRequest({ ...plain, name: undefined, providerConfig: empty }), plain);
  assert.deepEqual(readRequest({ ...plain, providerConfig: { baseUrl: '' } }).providerConfig, { baseUrl: '' }, 'empty is not absent');
});

for (const [param, given] of Object.entries({
  provider: [{}, 'secret', null, { provider: 'secret', refId: 'c' }, { provider: 'constructor', refId: 'c' }],
  refId: [{ provider: 'openai' }, { ...plain, refId: 'my secret' }, { ...plain, refId: 7 }, { ...plain, refId: '' }, { ...plain, refId: 'r'.repeat(256) }, { ...plain, refId: 'a\n' }],
  name: [{ ...plain, name: '' }, { ...plain, name: 'n'.repeat(65) }, { ...plain, name: 'Ä' }],
  refid: [{ ...plain, refid: 'secret' }],
  providerConfig: [{ ...plain, providerConfig: 'secret' }, { ...plain, providerConfig: ['secret'] }],
  'providerConfig.baseURL': [{ ...plain, providerConfig: { baseURL: 'secret' } }],
  'providerConfig.baseUrl': [{ ...plain, providerConfig: { baseUrl: 7 } }],
  'providerConfig.wireApi': [{ ...plain, providerConfig: { wireApi: 'secret' } }],
  'providerConfig.azure': [{ ...plain, providerConfig: { azure: 'secret' } }],
  'providerConfig.azure.apiVersion': [{ ...plain, providerConfig: { azure: {} } }],
  'providerConfig.azure.key': [{ ...plain, providerConfig: { azure: { apiVersion: '1', key: 'secret' } } }],
})) {
  test(`what is missing, wrong or mistyped is named: ${param}`, () => {
    for (const request of given) {
      assert.throws(() => readRequest(request), (error) => {
        assert.deepEqual([error.name, error.type, error.code, error.param], ['ByoError', 'validation', 'invalid_request', param]);
        assert.ok(!error.message.includes('secret'), error.message);
        return true;
      });
    }
  });
}

test('a reference holds the longest and every character that the server takes', () => {
  const characters = '+,-.0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz|~';
  readRequest({ ...plain, refId: characters, name: 'n'.repeat(64) });
  readRequest({ ...plain, refId: 'r'.repeat(255) });
  for (let code = 0; code < 0x180; code++) {
    const character = String.fromCharCode(code);
    if (characters.includes(character)) readRequest({ ...plain, refId: character });
    else assert.throws(() => readRequest({ ...plain, refId: `a${character}` }), { param: 'refId' }, JSON.stringify(character));
  }
});

test('a key must be there unless the provider needs none, and fit', () => {
  assert.throws(() => checkKey(plain, 0), { type: 'validation', code: 'key_missing', param: 'providerKey' });
  checkKey(plain, 1);
  checkKey(plain, 4094);
  checkKey({ ...plain, provider: 'ollama' }, 0);
  assert.throws(() => checkKey({ ...plain, provider: 'ollama' }, 4095), { code: 'key_too_long', param: 'providerKey' });
});

// What the server offers

for (const [suite, open] of Object.entries({ [CHACHA]: startWasm, [AES]: startWebCrypto })) {
  const sealer = await open();
  const read = (bent) => readOffer({ ...offered(), ...bent }, sealer);

  test(`${suite}: chosen where the server lists it, under the key id of the first`, async () => {
    const offer = await read({});
    assert.deepEqual(offer.publicKey, new Uint8Array(32).fill(9));
    assert.deepEqual(offer.challenge, new Uint8Array(64).fill(7));
    await read({ suites: [AES, CHACHA], kid: keyIdOf(AES) });
    await read({ suites: ['of-tomorrow', suite], kid: keyIdOf(suite) });
    await assert.rejects(read({ suites: [AES, CHACHA] }), { code: 'bad_params' });
  });

  test(`${suite}: parameters that do not hold together are refused`, async () => {
    for (const suites of [[], ['of-tomorrow'], ['constructor']]) await assert.rejects(read({ suites }), { type: 'config', code: 'unsupported_suite' });
    for (const bent of [
      { kid: '0123456789abcdef' },
      { publicKey: Buffer.alloc(32, 8).toString('base64url') },
      { publicKey: 'AAAA' },
      { publicKey: `${offered().publicKey}=` },
      { challenge: 'a+b=' },
      { challenge: Buffer.alloc(129).toString('base64url') },
      { suites: 'all' },
      ...['kid', 'suites', 'publicKey', 'challenge'].map((member) => ({ [member]: null })),
    ]) {
      await assert.rejects(read(bent), { type: 'server', code: 'bad_params' }, JSON.stringify(bent));
    }
    for (const nothing of [null, undefined, 7, 'text', []]) await assert.rejects(readOffer(nothing, sealer), { code: 'bad_params' });
  });
}

// What went wrong

test('a rejected key is told in the words of the server', () => {
  const error = refusal({ code: 'key_rejected', detail: 'OpenAI does not know this key.', verdict: 'rejected', requestId: 'req_1' }, { status: 422 });
  assert.deepEqual({ ...error, message: error.message }, {
    name: 'ByoError',
    type: 'key',
    code: 'key_rejected',
    message: 'OpenAI does not know this key.',
    status: 422,
    requestId: 'req_1',
    verdict: 'rejected',
  });
});

test('an invalid request names its first wrong field', () => {
  const errors = [{ field: 'refId', message: 'refId is empty' }, { field: 'name', message: 'too long' }];
  const error = refusal({ code: 'invalid_request', detail: 'd', errors }, { status: 422 });
  assert.deepEqual([error.type, error.param, error.message], ['validation', 'refId', 'refId is empty']);
  for (const errors of [undefined, null, 'x', [], [null], [{ field: 7 }]]) assert.equal(refusal({ code: 'invalid_request', errors }, { status: 422 }).param, undefined);
});

test('other details are for developers and not shown', () => {
  for (const code of ['unauthenticated', 'envelope_invalid', 'internal', 'of_tomorrow']) {
    assert.ok(!refusal({ code, detail: 'internal words' }, { status: 400 }).message.includes('internal words'), code);
  }
});

test('a refused destination is the fault of the base URL', () => {
  assert.equal(refusal({ code: 'destination_not_allowed' }, { status: 422 }).param, 'providerConfig.baseUrl');
});

test('headers fill in what the body lacks', () => {
  const error = refusal({ code: 'rate_limited' }, { status: 429, requestId: 'req_2', retryAfter: ' 17 ' });
  assert.deepEqual([error.retryAfter, error.requestId], [17, 'req_2']);
  for (const retryAfter of ['Wed, 21 Oct 2026 07:28:00 GMT', '-1', '1.5', '', 'Infinity', '99999999999', null]) {
    assert.ok(!('retryAfter' in refusal({}, { status: 503, retryAfter })), String(retryAfter));
  }
});

test('what is no problem is unexpected', () => {
  for (const body of [null, undefined, [], {}, 'text', { code: '' }, { code: '<b>' }, { code: 7 }, { code: 'a'.repeat(65) }]) {
    const error = refusal(body, { status: 502 });
    assert.deepEqual([error.code, error.status, error.type], ['unexpected_answer', 502, 'server'], JSON.stringify(body));
  }
});

test('an unknown code goes by its status', () => {
  assert.equal(failure('new_code', { status: 403 }).type, 'auth');
  assert.equal(failure('new_code', { status: 401 }).type, 'auth');
  assert.equal(failure('new_code', { status: 418 }).type, 'server');
  assert.equal(failure('new_code').message, english['error.unknown']);
  assert.equal(failure('forbidden', { status: 403 }).type, 'auth');
  assert.equal(failure('origin_not_allowed', { status: 403 }).type, 'config');
});

test('every text of a failure says what to do next', () => {
  const next = ['try again', 'Try again', 'tell the team', 'Ask', 'ask the team', 'contact the team', 'Reload', 'create a new one', 'Copy only', 'Try another'];
  const forDevelopers = ['error.busy', 'error.disabled', 'error.csp_blocks_wasm', 'error.widget'];
  const errors = Object.entries(english).filter(([key]) => key.startsWith('error.') && !forDevelopers.includes(key));
  assert.ok(errors.length > 40);
  for (const [key, words] of errors) {
    assert.ok(next.some((advice) => words.includes(advice)), `${key}: ${words}`);
    assert.ok(words.endsWith('.'), key);
  }
});

test('a stale envelope is made anew once, and nothing else is sent twice', () => {
  for (const code of ['key_rotated', 'challenge_stale']) {
    assert.ok(wantsFreshEnvelope({ status: 409, code }, 0));
    assert.ok(!wantsFreshEnvelope({ status: 409, code }, 1));
    assert.ok(!wantsFreshEnvelope({ status: 422, code }, 0));
  }
  for (const code of ['sealed_key_replayed', 'session_spent', 'key_disabled', 'connect_session_required', '']) assert.ok(!wantsFreshEnvelope({ status: 409, code }, 0));
  assert.ok(!wantsFreshEnvelope({ status: 503, code: 'unavailable' }, 0));
});

// The calls beside submitting

test('each call goes to its path, with what it is about and nothing else', async () => {
  const { calls, core } = stage({ answer: () => Response.json({ data: [], nextCursor: null }) });
  await core.keys();
  await core.keys('a|b=c');
  await core.validate({ provider: 'openai', refId: 'cus_1', name: 'second' });
  await core.disconnect({ provider: 'openai', refId: 'cus_1', name: undefined });
  await core.revert('a|b');
  assert.deepEqual(calls.map(({ url, init }) => [init.method, url.slice('https://byo.example.com'.length), init.body && JSON.parse(init.body)]), [
    ['GET', '/v1/keys?', undefined],
    ['GET', '/v1/keys?refId=a%7Cb%3Dc', undefined],
    ['POST', '/v1/keys/validate', { provider: 'openai', refId: 'cus_1', name: 'second' }],
    ['POST', '/v1/keys/revoke', { provider: 'openai', refId: 'cus_1' }],
    ['POST', '/v1/customers/a%7Cb/revert', { confirm: true }],
  ]);
  assert.ok(calls.every(({ init }) => !('x-byo-page-origin' in init.headers)));
});

test('keys are read to the last page, in one call', async () => {
  const pages = [{ data: [{ id: 'key_1' }, { id: 'key_2' }], nextCursor: 'key_2' }, { data: [{ id: 'key_3' }], nextCursor: 'a&b' }, { data: [], nextCursor: null }];
  const { calls, core } = stage({ answer: () => Response.json(pages.shift()) });
  assert.deepEqual(await core.keys('cus_1'), { data: [{ id: 'key_1' }, { id: 'key_2' }, { id: 'key_3' }], nextCursor: null });
  const queries = calls.map(({ url }) => Object.fromEntries(new URL(url).searchParams));
  assert.deepEqual(queries, [{ refId: 'cus_1' }, { refId: 'cus_1', cursor: 'key_2', limit: '200' }, { refId: 'cus_1', cursor: 'a&b', limit: '200' }]);
  assert.equal(new Set(calls.map(({ init }) => init.signal)).size, 1, 'each page has a deadline of its own');
});

test('a session is read once, and again after a failure', async () => {
  const answers = [() => Promise.reject(new TypeError('no way there')), () => Response.json({ refId: 'c' }), () => assert.fail('asked again')];
  const { core } = stage({ answer: () => answers.shift()() });
  await assert.rejects(core.session(), { name: 'ByoError', type: 'network', code: 'network_error' });
  assert.deepEqual(await core.session(), { refId: 'c' });
  assert.deepEqual(await core.session(), { refId: 'c' });
});

test('a frame says for which page it acts, and seals for that page', async () => {
  const { calls, core } = stage({ framedBy: 'https://shop.example', answer: (url) => Response.json(url.endsWith('/params') ? offered() : { id: 'key_1' }) });
  const key = (await startWasm()).hold('sk-1');
  await core.submit('connect', plain, key);
  assert.deepEqual(calls.map(({ init }) => init.headers['x-byo-page-origin']), ['https://shop.example', 'https://shop.example']);
});

test('what answers a success that is none is an unexpected answer', async () => {
  for (const answer of [() => new Response('<html>'), () => new Response(''), () => Response.json(7), () => Response.json(null)]) {
    await assert.rejects(stage({ answer }).core.keys(), { name: 'ByoError', code: 'unexpected_answer', status: 200 });
  }
});

test('without a root there is no trust to check, and nothing is asked', async () => {
  const { calls, core } = stage();
  await core.checkTrust();
  assert.deepEqual(calls, []);
});

/** A core whose server answers so. */
function stage({ answer = () => Response.json({}), framedBy } = {}) {
  const calls = [];
  const fetch = async (url, init) => {
    calls.push({ url, init });
    return answer(url, init);
  };
  return { calls, core: new Core(checkOptions({ baseURL: 'https://byo.example.com', publishableKey: TOKEN, fetch }), framedBy) };
}

function offered() {
  return {
    kid: keyIdOf(CHACHA),
    suites: [CHACHA, AES],
    publicKey: Buffer.alloc(32, 9).toString('base64url'),
    challenge: Buffer.alloc(64, 7).toString('base64url'),
    serverTime: '2026-01-01T00:00:00Z',
    expiresAt: '2026-01-01T00:10:00Z',
    directory: null,
  };
}

function keyIdOf(suite) {
  return createHash('sha256').update(Buffer.from(IDS[suite], 'hex')).update(Buffer.alloc(32, 9)).digest('hex').slice(0, 16);
}
