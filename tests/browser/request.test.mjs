// A key that is sealed for requests: what leaves the page, and what the page is told when it may not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { principalId } from '../node/support/envelope.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-never-stored';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('the page gets a text for its backend; the server sees no key and stores none', async () => {
  const { refId, token, page, close } = await customer({ allow: ['request'] });
  const sent = [];
  page.on('request', (request) => sent.push([request.method(), request.url(), request.postData() ?? '', JSON.stringify(request.headers())]));
  const { sealedKey, expiresAt } = await seal(page, token, { expiresIn: 600 });

  const envelope = JSON.parse(Buffer.from(sealedKey, 'base64url'));
  assert.equal(envelope.origin, stage.product.origin);
  assert.equal(envelope.principalId, principalId(token));
  const lifetime = Date.parse(expiresAt) - Date.now();
  assert.ok(lifetime > 540_000 && lifetime <= 600_000, `${lifetime} ms`);

  const toByo = sent.filter(([, url]) => url.startsWith(`${stage.server.url}/v1/`));
  assert.deepEqual(
    toByo.map(([method, url]) => [method, url.slice(stage.server.url.length)]).filter(([method]) => method !== 'OPTIONS'),
    [
      ['GET', '/v1/connect-session'],
      ['GET', '/v1/connect/params?purpose=request&expiresIn=600'],
    ],
  );
  assert.ok(!JSON.stringify(sent).includes('never-stored'));
  assert.deepEqual(await stage.project.test.keys(`?refId=${refId}`), []);
  await close();
});

test('a session without the leave, and a time that is too long, are refused in words', async () => {
  const without = await customer({});
  const forbidden = await seal(without.page, without.token, {});
  assert.deepEqual([forbidden.name, forbidden.code, forbidden.status], ['ByoError', 'forbidden', 403]);
  await without.close();

  const { token, page, close } = await customer({ allow: ['request'] });
  const tooLong = await seal(page, token, { expiresIn: 86_401 });
  assert.deepEqual([tooLong.name, tooLong.code, tooLong.status], ['ByoError', 'invalid_request', 422]);
  assert.match(tooLong.message, /86400/);
  await close();
});

/** Somebody with a session, on the product's page. */
async function customer(wishes) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId, wishes);
  const address = stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' });
  const { page, widget, close } = await stage.visit(address);
  // The element's own look at the session is behind it.
  await widget.input.waitFor();
  await page.waitForLoadState('networkidle');
  return { refId, token, page, close };
}

/** Seals in the page; gives what it was told, or the error's members. */
function seal(page, sessionToken, wishes) {
  return page.evaluate(
    async ({ baseURL, sessionToken, request }) => {
      const { createConnect } = await import(`${baseURL}/connect.js`);
      const connect = createConnect({ baseURL, sessionToken });
      return connect.sealForRequest(request).catch(({ name, code, status, message }) => ({ name, code, status, message }));
    },
    { baseURL: stage.server.url, sessionToken, request: { provider: 'openai', providerKey: KEY, ...wishes } },
  );
}
