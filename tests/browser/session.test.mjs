// What a customer with a connect session does with a key: test, connect, replace, disconnect; and the hosted page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { photograph } from './support/screenshots.mjs';
import { setStage } from './support/stage.mjs';

let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('a tested key is not stored, and stays at hand for Connect', async () => {
  const { refId, widget, close } = await customer();
  await widget.type('sk-byo-test-valid-1');
  const { event } = await widget.press('test');
  assert.equal(event.name, 'tested');
  assert.equal(event.detail.verdict, 'valid');
  assert.match(await widget.part('status').innerText(), /Nothing is stored/);
  assert.deepEqual(await keys(refId), []);
  assert.equal(await widget.input.inputValue(), '');

  const { state } = await widget.press('submit');
  assert.equal(state, 'connected');
  const [stored] = await keys(refId);
  assert.equal(stored.verdict, 'valid');
  await close();
});

test('a key is replaced by one that passes, and by no other', async () => {
  const { refId, widget, close } = await customer();
  const first = await widget.connect('sk-byo-test-valid-1');
  const before = await keys(refId);
  await widget.part('replace').click();
  const { error } = await widget.refused('sk-byo-test-rejected-2');
  assert.equal(error.code, 'key_rejected');
  assert.deepEqual(await keys(refId), before);

  const second = await widget.connect('sk-byo-test-valid-3');
  assert.equal(second.id, first.id);
  assert.notEqual(second.fingerprint, first.fingerprint);
  await close();
});

test('Cancel leaves the replacement and the connected key as it was', async () => {
  const { refId, widget, close } = await customer();
  await widget.connect('sk-byo-test-valid-1');
  const before = await keys(refId);
  await widget.part('replace').click();
  await widget.type('sk-byo-test-valid-2');
  await widget.part('cancel').click();
  assert.equal(await widget.state(), 'connected');
  assert.deepEqual(await keys(refId), before);
  await close();
});

test('who has connected and disconnected ever so often sees the key that is connected now', async () => {
  const refId = stage.customer();
  const { test: environment } = stage.project;
  const round = async () => {
    await environment.connect(refId, 'sk-byo-test-valid-1');
    assert.equal((await environment.call('POST', '/v1/keys/revoke', { provider: 'openai', refId })).status, 200);
  };
  // One more than a page of the list holds.
  for (let rounds = 0; rounds < 51; rounds += 1) await round();
  await environment.connect(refId, 'sk-byo-test-valid-last');
  const { token } = await environment.session(refId);
  const { page, close } = await stage.visit(stage.product.page({ 'session-token': token, provider: 'openai' }));
  await page.locator('byo-connect[data-state="connected"]').waitFor();
  assert.match(await page.locator('byo-connect [part="facts"]').innerText(), /last/);
  await close();
});

test('a key is disconnected only after a second thought', async () => {
  const { refId, widget, close } = await customer();
  const { id } = await widget.connect('sk-byo-test-valid-1');
  await widget.part('disconnect').click();
  await widget.part('keep').click();
  assert.equal(await widget.state(), 'connected');
  assert.equal((await keys(refId)).find((key) => key.id === id).status, 'active');

  const { state, event } = await widget.disconnect();
  assert.equal(state, 'idle');
  assert.equal(event.detail.status, 'revoked');
  assert.deepEqual((await keys(refId)).filter(({ status }) => status !== 'revoked'), []);
  await close();
});

test('a session that may only test shows no way to connect', async () => {
  const { refId, widget, close } = await customer({ wishes: { allow: ['test'] } });
  await widget.part('submit').waitFor({ state: 'hidden' });
  await widget.type('sk-byo-test-valid-1');
  const { event } = await widget.press('test');
  assert.equal(event.detail.verdict, 'valid');
  assert.deepEqual(await keys(refId), []);
  await close();
});

test('the customer chooses among the providers of the session', async () => {
  const { refId, widget, close } = await customer({ wishes: { providers: ['anthropic', 'google'] }, attributes: { provider: null } });
  // All providers make a list; the session's two are tiles.
  await widget.part('tile').nth(1).waitFor();
  await widget.choose('google');
  const { provider } = await widget.connect('sk-byo-test-valid-1');
  assert.equal(provider, 'google');
  assert.deepEqual((await keys(refId)).map((key) => key.provider), ['google']);
  await close();
});

test('the hosted page of a session connects a key, and its address forgets the session at once', async () => {
  const refId = stage.customer();
  const { url } = await stage.project.test.session(refId);
  const { page, widget, close } = await stage.visit(url);
  await page.locator('#sheet[data-state="ready"]').waitFor();
  assert.equal(page.url(), `${stage.server.url}/connect`);
  assert.equal(await page.evaluate(() => history.length), 2, 'the blank page and this one');
  await photograph(page, 'hosted-ready');

  await widget.connect('sk-byo-test-valid-1');
  await page.locator('.done', { hasText: 'You can close this page.' }).waitFor();
  await photograph(page, 'hosted-connected');
  assert.equal((await keys(refId)).length, 1);
  assert.deepEqual(await page.evaluate(() => violations), []);
  await close();
});

test('a hosted page without its session, or with one that nobody made, says what to do', async () => {
  const { url } = await stage.project.test.session(stage.customer());
  const [address, token] = url.split('#');
  const unknown = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  for (const [state, link] of [['incomplete', address], ['incomplete', `${address}#byo_cs`], ['expired', `${address}#${unknown}`]]) {
    const { page, close } = await stage.visit(link);
    await page.locator(`#sheet[data-state="${state}"]`).waitFor();
    assert.equal(await page.locator('byo-connect').count(), 0);
    if (link !== address) await photograph(page, `hosted-${state}`);
    await close();
  }
});

test('a hosted page whose server is gone says so, and comes up when it is back', async () => {
  const { url } = await stage.project.test.session(stage.customer());
  let reachable = false;
  const prepare = (page) => page.route('**/v1/connect-session', (route) => (reachable ? route.continue() : route.abort()));
  const { page, close } = await stage.visit(url, { prepare });
  await page.locator('#sheet[data-state="unreachable"]').waitFor();
  reachable = true;
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('#sheet[data-state="ready"]').waitFor();
  await close();
});

const keys = (refId) => stage.project.test.keys(`?refId=${refId}`);

/** Somebody new on the product's settings page. */
async function customer({ wishes, attributes = {} } = {}) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId, wishes);
  const given = Object.entries({ 'session-token': token, 'ref-id': refId, provider: 'openai', ...attributes });
  const page = stage.product.page(Object.fromEntries(given.filter(([, value]) => value !== null)));
  return { refId, ...(await stage.visit(page)) };
}
