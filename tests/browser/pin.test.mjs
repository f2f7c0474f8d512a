// `<byo-connect trust-root>` on a page, under a strict policy: what a customer sees when the server can prove whose key
// it seals to, and when it cannot.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { generateKeyPair } from '../node/support/envelope.mjs';
import { makeRoot } from './support/root.mjs';
import { photograph } from './support/screenshots.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
let root, stage;

before(async () => {
  root = await makeRoot();
  stage = await setStage({ env: ({ url }) => root.setting(url) });
});
after(() => stage?.strike());

test('a customer connects as ever, and the page remembers nothing but the serial of the directory', async () => {
  const { refId, page, widget, close } = await customer();
  await widget.connect(KEY);
  assert.equal((await keys(refId)).length, 1);
  const kept = await page.evaluate(() => Object.entries({ ...localStorage }));
  assert.equal(kept.length, 1);
  assert.equal(kept[0][0], `byo-directory:${root.trustRoot}:${stage.server.url}`);
  assert.match(kept[0][1], /^\d+$/);
  assert.deepEqual(await page.evaluate(() => globalThis.violations), []);
  await close();
});

test('a key of somebody on the way is not sealed to, and the customer is told', async () => {
  const { publicKey, kid } = await generateKeyPair();
  const posts = [];
  const { refId, page, widget, close } = await customer(async (page) => {
    page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
    await page.route('**/v1/connect/params', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), kid, publicKey: publicKey.toString('base64url') } });
    });
  });
  const { error, alert } = await widget.refused(KEY);
  assert.equal(error.code, 'key_not_vouched_for');
  assert.match(alert, /your key was not sent/);
  assert.deepEqual(posts, []);
  assert.deepEqual(await keys(refId), []);
  await photograph(page, 'widget-distrust');
  await close();
});

test('an older directory than the browser has seen is refused after a reload too', async () => {
  const old = await (await fetch(`${stage.server.url}/.well-known/byo-keys.json`)).text();
  const rotated = await stage.server.call('POST', '/v1/admin/sealing-keys/rotate', { headers: { 'x-admin-key': stage.server.adminKey }, body: {} });
  assert.equal(rotated.status, 200);
  const { page, widget, close } = await customer();
  await widget.connect(KEY);
  const headers = { 'access-control-allow-origin': '*' };
  await page.route('**/.well-known/byo-keys.json', (route) => route.fulfill({ body: old, contentType: 'application/json', headers }));
  await page.reload();
  await widget.ready();
  await widget.part('replace').click();
  const { error } = await widget.refused('sk-byo-test-valid-2');
  assert.equal(error.code, 'directory_rolled_back');
  await close();
});

test('a pin that is none is refused, never left out', async () => {
  const { publishableKey } = stage.project.test;
  const page = stage.product.page({ 'publishable-key': publishableKey, 'ref-id': 'customer', 'trust-root': 'sha256-abc' });
  const { widget, close } = await stage.visit(page);
  await widget.host.and(widget.host.page().locator('[data-state="error"]')).waitFor();
  const [event] = await widget.events();
  assert.deepEqual([event.name, event.detail.code, event.detail.param], ['load-error', 'invalid_option', 'trustRoot']);
  await close();
});

const keys = (refId) => stage.project.test.keys(`?refId=${refId}`);

async function customer(prepare) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  const page = stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai', 'trust-root': root.trustRoot });
  return { refId, ...(await stage.visit(page, { prepare })) };
}
