// A customer who is quicker than the network: what they see and enter before the widget has loaded the rest of itself
// and learned what their session may do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hold } from './support/hold.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
const LAZY = '**/connect/*.js';
const KEYS = '**/v1/keys?*';
const SESSION = '**/v1/connect-session';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('Connect is under way from the click on, though the sealing has still to be loaded', async () => {
  const { refId, widget, held, close } = await customer(LAZY, { 'publishable-key': stage.project.test.publishableKey });
  await widget.type(KEY);
  await widget.part('submit').click();
  await held.asked;
  assert.equal(await widget.state(), 'connecting');
  assert.equal(await widget.part('submit').innerText(), 'Connecting…');
  // A second click is no second action.
  await widget.part('submit').click({ force: true });
  const { state, event } = await widget.outcome(held.release);
  assert.equal(state, 'connected');
  assert.equal(event.name, 'connected');
  assert.equal((await keys(refId)).length, 1);
  await close();
});

test('what cannot be loaded is said, and can be tried again', async () => {
  const { refId, page, widget, held, close } = await customer(LAZY, { 'publishable-key': stage.project.test.publishableKey });
  await widget.type(KEY);
  await widget.part('submit').click();
  const { state, event } = await widget.outcome(held.abort);
  assert.equal(state, 'error');
  assert.equal(event.name, 'load-error');
  assert.match(await widget.alert(), /could not be loaded/);
  assert.equal(await widget.input.inputValue(), KEY);
  assert.deepEqual(await keys(refId), []);
  await page.unroute(LAZY);
  assert.equal((await widget.press('submit')).state, 'connected');
  await close();
});

test('a failure stays said when the session is read after it', async () => {
  const { widget, page, held, close } = await customer(KEYS, await session({ allow: ['connect'] }));
  await page.route('**/v1/connect/params', (route) => route.abort());
  const { error, alert } = await widget.refused(KEY);
  assert.match(error.code, /network/);
  await widget.part('test').waitFor({ state: 'visible' });
  held.release();
  // The session takes the Test button away: so it has been read.
  await widget.part('test').waitFor({ state: 'hidden' });
  assert.equal(await widget.state(), 'error');
  assert.equal(await widget.alert(), alert);
  await close();
});

test('a key entered before the connected one is known replaces it', async () => {
  const wishes = await session();
  const before = await stage.project.test.connect(wishes['ref-id'], 'sk-byo-test-valid-0');
  const { refId, widget, held, close } = await customer(SESSION, wishes);
  await widget.type(KEY);
  held.release();
  await widget.part('cancel').waitFor({ state: 'visible' });
  assert.equal(await widget.input.inputValue(), KEY);
  const { state, event } = await widget.press('submit');
  assert.equal(state, 'connected');
  assert.equal(event.name, 'rotated');
  assert.equal(event.detail.id, before.id);
  assert.equal((await keys(refId)).length, 1);
  await close();
});

const keys = (refId) => stage.project.test.keys(`?refId=${refId}`);

/** The attributes for somebody with a session. */
async function session(wishes) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId, wishes);
  return { 'session-token': token, 'ref-id': refId };
}

/** Somebody on a page whose requests to `pattern` wait until `held` is told what to do with them. */
async function customer(pattern, attributes) {
  const held = hold();
  const all = { provider: 'openai', 'ref-id': stage.customer(), ...attributes };
  const prepare = (page) => pattern !== LAZY && page.route(pattern, held.take);
  const visit = await stage.visit(stage.product.page(all), { prepare });
  if (pattern === LAZY) await visit.page.route(pattern, held.take);
  return { refId: all['ref-id'], held, ...visit };
}
