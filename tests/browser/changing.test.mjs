// A page that changes its mind while the widget is at work: whose key it is about, whether it is there at all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hold } from './support/hold.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
const CONNECT = '**/v1/keys/connect';
const PARAMS = '**/v1/connect/params';
const SESSION = '**/v1/connect-session';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('an answer for one customer is not shown to the next', async () => {
  const { page, widget, refId, close } = await customer();
  const held = await holding(page, CONNECT);
  await widget.type(KEY);
  const connected = widget.host.evaluate((element) => element.connect());
  await held.asked;
  await hand(widget, await session());
  await widget.type('sk-of-somebody-else');
  held.release();
  // Whoever asked is told all the same.
  assert.equal((await connected).refId, refId);
  assert.equal(await widget.state(), 'typing');
  assert.equal(await widget.input.inputValue(), 'sk-of-somebody-else');
  assert.equal(await widget.part('panel').isVisible(), false);
  await close();
});

test('a refusal for one customer is not shown to the next', async () => {
  const { page, widget, close } = await customer();
  const held = await holding(page, CONNECT);
  await widget.type('sk-byo-test-rejected-1');
  const refused = widget.host.evaluate((element) => element.connect().catch(({ code }) => code));
  await held.asked;
  await hand(widget, await session());
  held.release();
  assert.equal(await refused, 'key_rejected');
  assert.equal(await widget.state(), 'idle');
  assert.equal(await widget.alert(), '');
  await close();
});

test('a key is not sent for the customer before, nor theirs for the next', async () => {
  const { page, widget, refId, close } = await customer();
  const held = await holding(page, PARAMS);
  await widget.type(KEY);
  const refused = widget.host.evaluate((element) => element.connect().catch(({ code }) => code));
  await held.asked;
  const next = await session();
  await hand(widget, next);
  await widget.type('sk-byo-test-valid-2');
  held.release();
  assert.equal(await refused, 'key_missing');
  assert.deepEqual(await keys(refId), []);
  assert.deepEqual(await keys(next.refId), []);
  assert.equal(await widget.input.inputValue(), 'sk-byo-test-valid-2');
  assert.equal((await widget.press('submit')).state, 'connected');
  await close();
});

test('an address typed for one customer is not used for the next', async () => {
  const { widget, close } = await customer({ provider: 'ollama' });
  await widget.part('endpoint').fill('https://customer-a.example');
  await hand(widget, await session());
  assert.equal(await widget.part('endpoint').inputValue(), '');
  await close();
});

test('a form reset empties the address too', async () => {
  const { widget, close } = await customer({ provider: 'ollama' });
  await widget.part('endpoint').fill('https://customer-a.example');
  await widget.host.evaluate((element) => {
    const form = document.createElement('form');
    element.before(form);
    form.append(element);
    form.reset();
  });
  assert.equal(await widget.part('endpoint').inputValue(), '');
  await close();
});

for (const [how, what] of Object.entries({
  'clear()': (element) => element.clear(),
  'a form reset': (element) => element.formResetCallback(),
  'taking the element away for a moment': async (element) => {
    const parent = element.parentNode;
    element.remove();
    await undefined;
    parent.append(element);
  },
})) {
  test(`${how} does not let a second action begin beside the first`, async () => {
    const { page, widget, refId, close } = await customer();
    const held = await holding(page, CONNECT);
    await widget.type(KEY);
    await widget.part('submit').click();
    await held.asked;
    await widget.host.evaluate(what);
    assert.equal(await widget.state(), 'connecting');
    assert.equal(await widget.host.evaluate((element) => element.connect().catch(({ code }) => code)), 'busy');
    assert.equal((await widget.outcome(held.release)).state, 'connected');
    assert.equal((await keys(refId)).length, 1);
    await close();
  });
}

test('a key typed into a field that is not to be used after all is forgotten', async () => {
  const refId = stage.customer();
  await stage.project.test.connect(refId, KEY);
  const { token } = await stage.project.test.session(refId, { allow: ['connect', 'disconnect'] });
  const held = hold();
  const prepare = (page) => page.route(SESSION, held.take);
  const { widget, close } = await stage.visit(stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' }), { prepare });
  await widget.type('sk-lingering');
  held.release();
  await widget.part('panel').waitFor();
  assert.equal(await widget.input.inputValue(), '');
  await close();
});

test('an element that is taken away while its session is read knows it when it is back', async () => {
  const refId = stage.customer();
  await stage.project.test.connect(refId, KEY);
  const { token } = await stage.project.test.session(refId);
  const held = hold();
  const prepare = (page) => page.route(SESSION, held.take);
  const { page, widget, close } = await stage.visit(stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' }), { prepare });
  await held.asked;
  const away = await widget.host.evaluateHandle((element) => {
    element.remove();
    return element;
  });
  const read = page.waitForResponse(SESSION);
  held.release();
  await (await read).finished();
  await page.evaluate((element) => document.querySelector('main').append(element), away);
  await widget.part('panel').waitFor();
  await close();
});

test('what waits for a session that cannot be read fails with it, and can be tried again', async () => {
  const held = hold();
  const prepare = (page) => page.route(SESSION, held.take);
  const { refId, token } = await session();
  const { page, widget, close } = await stage.visit(stage.product.page({ 'session-token': token, provider: 'openai' }), { prepare });
  await widget.type(KEY);
  const refused = widget.host.evaluate((element) => element.connect().catch(({ code }) => code));
  await held.asked;
  held.abort();
  assert.equal(await refused, 'network_error');
  assert.equal(await widget.state(), 'error');
  assert.equal(await widget.input.inputValue(), KEY);
  await page.unroute(SESSION);
  assert.equal((await widget.press('submit')).state, 'connected');
  assert.equal((await keys(refId)).length, 1);
  await close();
});

const keys = (refId) => stage.project.test.keys(`?refId=${refId}`);

/** A session for somebody new. */
async function session() {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  return { refId, token };
}

/** Somebody new on the product's settings page, who is known by their session alone. */
async function customer(attributes) {
  const { refId, token } = await session();
  const visit = await stage.visit(stage.product.page({ 'session-token': token, provider: 'openai', ...attributes }));
  return { refId, ...visit };
}

/** From now on requests to `pattern` wait. */
async function holding(page, pattern) {
  const held = hold();
  await page.route(pattern, held.take);
  return held;
}

/** The page goes on with somebody else's session. */
function hand(widget, { token }) {
  return widget.host.evaluate((element, token) => {
    element.sessionToken = token;
  }, token);
}
