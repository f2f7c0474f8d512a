// Every key of a customer given up at once: by whom it may be, only by who means it, and what is said then.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './support/axe.mjs';
import { createProject } from './support/project.mjs';
import { photograph } from './support/screenshots.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
const REVERT = '**/v1/customers/*/revert';
let stage, project;

before(async () => {
  stage = await setStage();
  project = await createProject(stage.server, { origins: [stage.product.origin] });
  const headers = { 'x-admin-key': stage.server.adminKey };
  const path = `/v1/admin/projects/${project.id}/environments/test`;
  assert.equal((await stage.server.call('PATCH', path, { headers, body: { platformKeys: true } })).status, 200);
  const product = { providerKey: 'sk-byo-test-valid-product' };
  assert.equal((await stage.server.call('PUT', `${path}/platform-keys/openai`, { headers, body: product })).status, 200);
});
after(() => stage?.strike());

test('typing the word gives up every key, and the product’s is used again', async () => {
  const { refId, page, widget, close } = await customer();
  await widget.part('revert').click();
  assert.match(await widget.part('question').innerText(), /All of them are destroyed.*After that: The product’s key is used\.$/);
  await assertAccessible(page, 'asked');
  for (const word of ['', 'REVER', 'openai', 'REVERT all']) {
    await widget.part('word').fill(word);
    assert.equal(await widget.part('confirm').getAttribute('aria-disabled'), 'true', word);
    await widget.part('confirm').click({ force: true });
    await widget.part('word').press('Enter');
    assert.equal(await widget.part('wrong').innerText(), 'That is not REVERT.', word);
  }
  await photograph(page, 'revert-wrong-word');
  assert.deepEqual(await active(refId), ['anthropic default', 'openai default', 'openai second']);

  await widget.part('word').fill(' revert ');
  const { state, event } = await widget.outcome(() => widget.part('confirm').click());
  assert.equal(state, 'idle');
  assert.equal(event.name, 'reverted');
  assert.deepEqual([event.detail.refId, event.detail.mode], [refId, 'platform']);
  assert.deepEqual(event.detail.revoked.map(({ provider, name }) => `${provider} ${name}`).sort(), ['anthropic default', 'openai default', 'openai second']);
  assert.deepEqual(await active(refId), []);
  assert.equal(await widget.part('status').innerText(), 'Your own keys are no longer used.\nAll of them are destroyed.');
  assert.equal(await widget.part('mode').getAttribute('data-mode'), 'server');
  assert.equal(await widget.host.locator('.tile svg:visible').count(), 0, 'no provider is marked as connected');
  assert.equal(await widget.input.isVisible(), true);
  await assertAccessible(page, 'reverted');
  await photograph(page, 'revert-done');
  await widget.connect(KEY);
  await close();
});

test('it is under way as disconnecting, and one action at a time', async () => {
  const { page, widget, close } = await customer();
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(REVERT, async (route) => {
    await held;
    await route.continue();
  });
  await ask(widget, 'revert');
  await widget.part('word').press('Enter');
  await widget.host.and(page.locator('[data-state="disconnecting"]')).waitFor();
  assert.equal(await widget.part('confirm').innerText(), 'Disconnecting…');
  assert.equal(await widget.host.evaluate((element) => element.revert().catch(({ code }) => code)), 'busy');
  await widget.part('keep').click({ force: true });
  assert.equal(await widget.state(), 'disconnecting');
  assert.equal((await widget.outcome(() => release())).event.name, 'reverted');
  await close();
});

for (const [locale, word] of [['de', 'ZURÜCK'], ['es', 'REVERTIR'], ['ja', '解除']]) {
  test(`in ${locale} the word is ${word}, and the English one is none`, async () => {
    const { refId, widget, close } = await customer({ attributes: { locale } });
    await ask(widget, 'REVERT');
    await widget.part('word').press('Enter');
    assert.match(await widget.part('wrong').innerText(), new RegExp(word));
    assert.equal((await active(refId)).length, 3);
    await widget.part('word').fill(word.toLowerCase());
    assert.equal((await widget.outcome(() => widget.part('word').press('Enter'))).event.name, 'reverted');
    await close();
  });
}

test('letters of full width are letters, and Enter that ends a composition confirms nothing', async () => {
  const { refId, widget, close } = await customer();
  await ask(widget, 'ｒｅｖｅｒｔ');
  await widget.part('word').evaluate((node) => node.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true })));
  assert.equal(await widget.state(), 'connected');
  assert.equal((await active(refId)).length, 3);
  assert.equal((await widget.outcome(() => widget.part('word').press('Enter'))).event.name, 'reverted');
  await close();
});

test('a word that the page leaves empty is confirmed by nothing', async () => {
  const { refId, widget, close } = await customer();
  await widget.host.evaluate((element) => (element.messages = { revertWord: ' ' }));
  await ask(widget, '');
  await widget.part('word').press('Enter');
  assert.equal(await widget.state(), 'connected');
  assert.equal((await active(refId)).length, 3);
  await close();
});

test('what was typed for one question answers no other', async () => {
  const { refId, widget, close } = await customer();
  await ask(widget, 'revert');
  await widget.part('keep').click();
  await widget.part('disconnect').click();
  assert.equal(await widget.part('word').inputValue(), '');
  await widget.part('word').fill('revert');
  await widget.part('word').press('Enter');
  assert.match(await widget.part('wrong').innerText(), /not openai/);
  assert.equal((await active(refId)).length, 3);
  await close();
});

test('one that fails leaves every key, says why, and is tried again', async () => {
  const { refId, page, widget, close } = await customer();
  await page.route(REVERT, (route) => route.abort());
  await ask(widget, 'revert');
  const { state, event } = await widget.outcome(() => widget.part('word').press('Enter'));
  assert.deepEqual([state, event.name, event.detail.code], ['error', 'error', 'network_error']);
  assert.match(await widget.alert(), /could not be reached/);
  assert.equal(await widget.part('mode').getAttribute('data-mode'), 'byok');
  assert.equal((await active(refId)).length, 3);
  await page.unroute(REVERT);
  assert.equal((await widget.outcome(() => widget.part('confirm').click())).event.name, 'reverted');
  await close();
});

test('a session that ends meanwhile says so, and the keys stay', async () => {
  const { refId, page, widget, close } = await customer();
  const problem = { type: 'about:blank', title: 'x', status: 401, code: 'unauthenticated', detail: 'x' };
  await page.route(REVERT, (route) => route.fulfill({ status: 401, json: problem, headers: { 'access-control-allow-origin': '*' } }));
  await ask(widget, 'revert');
  const { event } = await widget.outcome(() => widget.part('word').press('Enter'));
  assert.equal(event.detail.code, 'unauthenticated');
  assert.match(await widget.alert(), /has expired/);
  assert.equal((await active(refId)).length, 3);
  await close();
});

test('the method does not ask, and gives what the server answered', async () => {
  const { refId, widget, close } = await customer();
  const answer = await widget.host.evaluate((element) => element.revert());
  assert.deepEqual([answer.refId, answer.mode, answer.revoked.length], [refId, 'platform', 3]);
  assert.deepEqual(await active(refId), []);
  await close();
});

for (const [title, wishes] of Object.entries({
  'some providers': { providers: ['openai'] },
  'no disconnecting': { allow: ['test', 'connect', 'rotate'] },
})) {
  test(`a session for ${title} shows no way to, and the method is refused`, async () => {
    const { refId, widget, close } = await customer({ wishes });
    await widget.part('check').waitFor({ state: 'visible' });
    assert.equal(await widget.part('revert').isVisible(), false);
    assert.equal(await widget.host.evaluate((element) => element.revert().catch(({ code }) => code)), 'forbidden');
    assert.equal((await active(refId)).length, 3);
    await close();
  });
}

test('a publishable key shows no way to, and the method is refused', async () => {
  const refId = stage.customer();
  const attributes = { 'publishable-key': project.test.publishableKey, 'ref-id': refId, provider: 'openai' };
  const { widget, close } = await stage.visit(stage.product.page(attributes));
  await widget.connect(KEY);
  assert.equal(await widget.part('revert').isVisible(), false);
  assert.equal(await widget.host.evaluate((element) => element.revert().catch(({ code }) => code)), 'forbidden');
  assert.equal((await active(refId)).length, 1);
  await close();
});

test('with the keyboard alone: there, back, and through', async () => {
  const { page, widget, close } = await customer();
  const press = (key) => page.keyboard.press(key);
  await widget.part('revert').focus();
  await press('Enter');
  assert.equal(await focus(page), 'word');
  await press('Escape');
  assert.equal(await focus(page), 'heading');
  await widget.part('revert').focus();
  await press('Space');
  // An empty word confirms nothing, so its button is passed as any other.
  await press('Tab');
  await press('Tab');
  assert.equal(await focus(page), 'keep');
  await press('Enter');
  assert.equal(await focus(page), 'revert', 'the focus goes back to where it came from');
  await press('Enter');
  await page.keyboard.type('revert');
  assert.equal((await widget.outcome(() => press('Enter'))).event.name, 'reverted');
  assert.equal(await focus(page), 'input', 'the focus goes to where a new key is typed');
  await close();
});

/** Opens the question and types this. */
async function ask(widget, word) {
  await widget.part('revert').click();
  await widget.part('word').fill(word);
}

async function active(refId) {
  const keys = await project.test.keys(`?refId=${refId}`);
  return keys.filter(({ status }) => status === 'active').map(({ provider, name }) => `${provider} ${name}`).sort();
}

function focus(page) {
  return page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.getAttribute('part'));
}

/** Somebody with three keys on the product's settings page, once it shows the one for OpenAI. */
async function customer({ wishes, attributes } = {}) {
  const refId = stage.customer();
  for (const [provider, name] of [['openai', 'default'], ['openai', 'second'], ['anthropic', 'default']]) {
    const stored = await project.test.call('POST', '/v1/keys/connect', { provider, refId, name, providerKey: KEY });
    assert.equal(stored.status, 200, JSON.stringify(stored.body));
  }
  const { token } = await project.test.session(refId, wishes);
  const page = stage.product.page({ 'session-token': token, 'ref-id': refId, providers: 'openai anthropic', ...attributes });
  const visited = await stage.visit(page);
  await visited.widget.part('heading').waitFor({ state: 'visible' });
  return { refId, ...visited };
}
