import assert from 'node:assert/strict';
import { test } from 'node:test';
import { built } from './package.mjs';

const { ByoError, createConnect } = await import(built('dist/index.js'));

const options = { baseURL: 'https://byo.invalid', publishableKey: 'byo_pk_test_abc' };
const request = { provider: 'openai', refId: 'customer_123', providerKey: 'sk-byo-test-valid' };

test('a page that may compile no WebAssembly and has no WebCrypto for it is told so in words', async (context) => {
  context.mock.method(WebAssembly, 'Module', function Module() {
    throw new WebAssembly.CompileError('blocked');
  });
  context.mock.method(crypto.subtle, 'generateKey', () => Promise.reject(new DOMException('X25519', 'NotSupportedError')));
  const fetch = context.mock.method(globalThis, 'fetch', () => assert.fail('nothing may be sent'));
  await assert.rejects(createConnect(options)(request), (error) => {
    assert.ok(error instanceof ByoError);
    assert.equal(error.code, 'csp_blocks_wasm');
    assert.match(error.message, /wasm-unsafe-eval/);
    return true;
  });
  assert.equal(fetch.mock.callCount(), 0);
});

test('a key longer than its buffer is refused', async (context) => {
  context.mock.method(globalThis, 'fetch', () => assert.fail('nothing may be sent'));
  const providerKey = 'k'.repeat(9000);
  await assert.rejects(createConnect(options)({ ...request, providerKey }), { name: 'ByoError', type: 'validation', code: 'key_too_long', param: 'providerKey' });
});

test('what the server cannot be reached for is a ByoError without the key', async (context) => {
  context.mock.method(globalThis, 'fetch', () => Promise.reject(new TypeError('no way there')));
  await assert.rejects(createConnect(options)(request), (error) => {
    assert.ok(error instanceof ByoError);
    assert.equal(error.type, 'network');
    assert.ok(!JSON.stringify({ ...error, message: error.message }).includes(request.providerKey));
    return true;
  });
});

test('white space is no key, and where one is needed neither is nothing', async (context) => {
  context.mock.method(globalThis, 'fetch', () => assert.fail('nothing may be sent'));
  const missing = { name: 'ByoError', code: 'key_missing', param: 'providerKey' };
  for (const provider of ['openai', 'ollama']) {
    for (const providerKey of [' ', '\n\t', '""', '\u200b']) {
      await assert.rejects(createConnect(options)({ ...request, provider, providerKey }), missing, `${provider} ${JSON.stringify(providerKey)}`);
    }
  }
  await assert.rejects(createConnect(options)({ ...request, providerKey: '' }), missing);
});

test('an Ollama server is connected by its address alone', async (context) => {
  const asked = context.mock.method(globalThis, 'fetch', () => Promise.reject(new TypeError('no way there')));
  const providerConfig = { baseUrl: 'https://ollama.example' };
  const { providerKey: _, ...without } = { ...request, provider: 'ollama', providerConfig };
  for (const asking of [without, { ...without, providerKey: '' }, { ...without, providerKey: undefined }]) {
    await assert.rejects(createConnect(options)(asking), { code: 'network_error' });
  }
  assert.equal(asked.mock.callCount(), 3, 'it went as far as the server');
});
