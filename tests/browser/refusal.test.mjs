// Refusals that a customer meets through no fault of their own, and what the widget makes of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { generateKeyPair } from '../node/support/envelope.mjs';
import { startProduct } from './support/product.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('a page of a foreign origin is refused, and can read why', async () => {
  const foreign = await startProduct(stage.server.url);
  const { publishableKey } = stage.project.test;
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  for (const credential of [{ 'publishable-key': publishableKey }, { 'session-token': token }]) {
    const { widget, close } = await stage.visit(foreign.page({ ...credential, 'ref-id': refId, provider: 'openai' }));
    await widget.type(KEY);
    const { state, event } = await widget.press('submit');
    assert.equal(state, 'error');
    assert.equal(event.detail.code, 'origin_not_allowed');
    assert.equal(event.detail.status, 403);
    assert.match(event.detail.requestId, /^req_/);
    assert.match(await widget.alert(), /site/);
    await close();
  }
  assert.deepEqual(await keys(refId), []);
  await foreign.stop();
});

test('a sealing key that is no longer in use is replaced and the key sealed anew, unseen by the customer', async () => {
  const { publicKey, kid } = await generateKeyPair();
  const { refId, widget, statuses, close } = await customer(async (route) => {
    const response = await route.fetch();
    const params = await response.json();
    await route.fulfill({ response, json: { ...params, kid, publicKey: publicKey.toString('base64url') } });
  });
  await widget.connect(KEY);
  assert.deepEqual(statuses, [409, 200]);
  assert.equal((await keys(refId)).length, 1);
  await close();
});

test('a challenge from before the last disconnect is replaced and the key sealed anew', async () => {
  const other = { provider: 'anthropic', refId: stage.customer() };
  const { widget, statuses, close } = await customer(async (route) => {
    const response = await route.fetch();
    assert.equal((await stage.project.test.call('POST', '/v1/keys/revoke', other)).status, 200);
    await route.fulfill({ response });
  }, other.refId);
  await stage.project.test.connect(other.refId, 'sk-byo-test-valid-0', other.provider);
  await widget.connect(KEY);
  assert.deepEqual(statuses, [409, 200]);
  const active = (await keys(other.refId)).filter(({ status }) => status === 'active');
  assert.deepEqual(active.map(({ provider }) => provider), ['openai']);
  await close();
});

test('a server that wants another envelope each time is not obeyed for ever', async () => {
  const { publicKey, kid } = await generateKeyPair();
  const bent = (params) => ({ ...params, kid, publicKey: publicKey.toString('base64url') });
  const { widget, statuses, page, close } = await customer(async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: bent(await response.json()) });
  });
  await page.route('**/v1/keys/connect', async (route) => {
    const response = await route.fetch();
    const problem = await response.json();
    await route.fulfill({ response, json: { ...problem, params: bent(problem.params) } });
  });
  const { error } = await widget.refused(KEY);
  assert.equal(error.code, 'key_rotated');
  assert.deepEqual(statuses, [409, 409]);
  await close();
});

test('an existing key is not overwritten by a bare publishable key', async () => {
  const refId = stage.customer();
  await stage.project.test.connect(refId, 'sk-byo-test-valid-0');
  const before = await keys(refId);
  const { publishableKey } = stage.project.test;
  const page = stage.product.page({ 'publishable-key': publishableKey, 'ref-id': refId, provider: 'openai' });
  const { widget, close } = await stage.visit(page);
  const { error } = await widget.refused(KEY);
  assert.equal(error.code, 'connect_session_required');
  assert.deepEqual(await keys(refId), before);
  await close();
});

test('a server that is gone is told from a key that is wrong', async () => {
  const { refId, widget, close } = await customer((route) => route.abort());
  const { error, alert } = await widget.refused(KEY);
  assert.match(error.code, /network/);
  assert.match(alert, /connection/);
  assert.deepEqual(await keys(refId), []);
  await close();
});

const keys = (refId) => stage.project.test.keys(`?refId=${refId}`);

/** Somebody with a session, whose parameters pass through `meddle`; `statuses` are the answers to `connect`. */
async function customer(meddle, refId = stage.customer()) {
  const { token } = await stage.project.test.session(refId);
  const statuses = [];
  const prepare = async (page) => {
    await page.route('**/v1/connect/params', meddle);
    page.on('response', (response) => {
      const isPost = response.request().method() === 'POST';
      if (isPost && response.url().endsWith('/v1/keys/connect')) statuses.push(response.status());
    });
  };
  const page = stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' });
  return { refId, statuses, ...(await stage.visit(page, { prepare })) };
}
