import assert from 'node:assert/strict';
import { test } from 'node:test';
import { built } from './package.mjs';

const { ByoError, createConnect } = await import(built('dist/index.js'));

const baseURL = 'https://byo.example.com';
const publishableKey = 'byo_pk_test_abc';
const sessionToken = 'byo_cs_test_abc';

test('a publishable key or a session token is enough', () => {
  for (const token of [{ publishableKey }, { sessionToken }]) {
    const connect = createConnect({ baseURL, ...token });
    assert.equal(typeof connect, 'function');
    for (const method of ['test', 'rotate', 'status', 'disconnect']) assert.equal(typeof connect[method], 'function');
  }
});

for (const [title, options, param] of [
  ['no options at all', undefined, 'publishableKey'],
  ['no token', { baseURL }, 'publishableKey'],
  ['two tokens', { baseURL, publishableKey, sessionToken }, 'sessionToken'],
  ['a session token in the place of a publishable key', { baseURL, publishableKey: sessionToken }, 'publishableKey'],
  ['a secret key', { baseURL, publishableKey: 'byo_sk_test_abc' }, 'publishableKey'],
  ['a runtime token', { baseURL, sessionToken: 'byo_rt_test_abc' }, 'sessionToken'],
  ['a token that is no text', { baseURL, publishableKey: 7 }, 'publishableKey'],
  ['no base URL', { publishableKey }, 'baseURL'],
  ['a base URL that is none', { baseURL: 'byo.example.com', publishableKey }, 'baseURL'],
  ['a base URL of another kind', { baseURL: 'file:///etc', publishableKey }, 'baseURL'],
  ['a base URL with a user', { baseURL: 'https://me@byo.example.com', publishableKey }, 'baseURL'],
  ['a base URL with a query', { baseURL: 'https://byo.example.com/?a', publishableKey }, 'baseURL'],
]) {
  test(`${title} is refused, and the option named`, () => {
    assert.throws(() => createConnect(options), (error) => {
      assert.ok(error instanceof ByoError && error instanceof Error);
      assert.deepEqual([error.name, error.type, error.code, error.param], ['ByoError', 'config', 'invalid_option', param]);
      return true;
    });
  });
}

test('a secret token is never repeated in the refusal', () => {
  assert.throws(() => createConnect({ baseURL, publishableKey: 'byo_sk_test_precious' }), (error) => !error.message.includes('precious'));
});

test('a pin that is none is refused, never left out', () => {
  for (const trustRoot of ['abc', '', 0, 'byo_root_abc', `byo_rootkey_${'A'.repeat(43)}`, `byo_root_${'A'.repeat(42)}=`]) {
    assert.throws(() => createConnect({ baseURL, publishableKey, trustRoot }), { code: 'invalid_option', param: 'trustRoot' });
  }
  createConnect({ baseURL, publishableKey, trustRoot: `byo_root_${'A'.repeat(43)}` });
});

test('a call that names no provider, no customer or no key is refused before anything is loaded or sent', async () => {
  const connect = createConnect({ baseURL, publishableKey });
  const complete = { provider: 'openai', refId: 'customer_123', providerKey: 'sk-abc' };
  for (const param of ['provider', 'refId', 'providerKey']) {
    await assert.rejects(connect({ ...complete, [param]: undefined }), { code: 'invalid_option', param });
    await assert.rejects(connect.test({ ...complete, [param]: undefined }), { code: 'invalid_option', param });
    await assert.rejects(connect.rotate({ ...complete, [param]: undefined }), { code: 'invalid_option', param });
  }
  await assert.rejects(connect.disconnect({ provider: 'openai' }), { code: 'invalid_option', param: 'refId' });
});
