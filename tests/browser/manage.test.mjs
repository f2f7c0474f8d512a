// The connected key: what is known of it, checked again, and disconnected only by who means it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { photograph } from './support/screenshots.mjs';
import { setStage } from './support/stage.mjs';

const VALIDATE = '**/v1/keys/validate';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('a key is disconnected by typing the name of its provider, and by nothing less', async () => {
  const { refId, page, widget, close } = await customer();
  await widget.connect('sk-byo-test-valid-1');
  await widget.part('disconnect').click();
  for (const word of ['', 'opena', 'anthropic', 'OpenAI key']) {
    await widget.part('word').fill(word);
    assert.equal(await widget.part('confirm').getAttribute('aria-disabled'), 'true', word);
    await widget.part('confirm').click({ force: true });
    await widget.part('word').press('Enter');
    assert.match(await widget.part('wrong').innerText(), /not openai/, word);
  }
  await photograph(page, 'manage-wrong-word');
  assert.equal(await widget.state(), 'connected');
  assert.equal((await keys(refId))[0].status, 'active');

  await widget.part('word').fill('  OpenAI ');
  assert.equal(await widget.part('wrong').isVisible(), false);
  const { state, event } = await widget.outcome(() => widget.part('word').press('Enter'));
  assert.equal(state, 'idle');
  assert.equal(event.detail.status, 'revoked');
  await close();
});

test('Enter that ends a composition confirms nothing', async () => {
  const { refId, widget, close } = await customer();
  await widget.connect('sk-byo-test-valid-1');
  await widget.part('disconnect').click();
  await widget.part('word').fill('openai');
  await widget.part('word').evaluate((node) => node.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true })));
  assert.equal(await widget.state(), 'connected');
  assert.equal((await keys(refId))[0].status, 'active');
  await close();
});

test('the question is empty whenever it is asked', async () => {
  const { widget, close } = await customer();
  await widget.connect('sk-byo-test-valid-1');
  await widget.part('disconnect').click();
  await widget.part('word').fill('openai');
  await widget.part('keep').click();
  await widget.part('disconnect').click();
  assert.equal(await widget.part('word').inputValue(), '');
  await close();
});

test('Check now asks the provider again and says when, in the format of the reader', async () => {
  const { page, widget, close } = await customer({ settings: { locale: 'de-DE', timezoneId: 'Europe/Berlin' }, attributes: { locale: 'de-DE' } });
  await widget.connect('sk-byo-test-valid-1');
  const { state, event } = await widget.press('check');
  assert.equal(state, 'connected');
  assert.equal(event.name, 'tested');
  assert.equal(event.detail.verdict, 'valid');
  assert.match(await widget.part('status').innerText(), /Der Schlüssel funktioniert/);
  const at = await widget.part('checked').locator('time').getAttribute('datetime');
  assert.equal(at, event.detail.checkedAt);
  const shown = await page.evaluate((date) => new Intl.DateTimeFormat('de-DE', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(date)), at);
  assert.equal(await widget.part('checked').innerText(), `Zuletzt geprüft: ${shown}`);
  await close();
});

test('a language tag that is none takes nothing away', async () => {
  const { widget, close } = await customer({ attributes: { locale: 'no such-tag!' } });
  await widget.connect('sk-byo-test-valid-1');
  assert.match(await widget.part('checked').innerText(), /^Last checked .+/);
  await close();
});

test('a key that its provider refuses since is said to be, and no answer says nothing of it', async () => {
  const { page, widget, close } = await customer();
  await widget.connect('sk-byo-test-valid-1');
  await answer(page, { valid: false, verdict: 'unreachable', models: [], checkedAt: '2026-11-21T21:05:00Z', error: { code: 'x', message: 'x' } });
  await widget.press('check');
  assert.match(await widget.part('status').innerText(), /says nothing about your key/);
  assert.match(await widget.part('verdict').innerText(), /^The key works$/);

  await page.unroute(VALIDATE);
  await answer(page, { valid: false, verdict: 'rejected', models: [], checkedAt: '2026-11-21T21:05:00Z', error: { code: 'x', message: 'x' } });
  const { state } = await widget.press('check');
  assert.equal(state, 'connected');
  assert.match(await widget.part('verdict').innerText(), /has refused this key since/);
  await photograph(page, 'manage-suspect');
  await close();
});

test('the first models are shown, and hundreds to who asks', async () => {
  const { page, widget, close } = await customer();
  await widget.connect('sk-byo-test-valid-1');
  const models = Array.from({ length: 320 }, (_, n) => `vendor/model-${n}`);
  await answer(page, { valid: true, verdict: 'valid', models, checkedAt: '2026-11-21T21:05:00Z', error: null });
  await widget.press('check');
  assert.equal(await widget.part('models-toggle').innerText(), '320 models');
  await widget.part('models-toggle').click();
  const listed = widget.part('models').locator('li');
  assert.equal(await listed.count(), 12);
  await photograph(page, 'manage-models');
  await widget.part('all-models').click();
  assert.deepEqual(await listed.allInnerTexts(), models);
  assert.equal(await page.evaluate(() => document.querySelector('byo-connect').shadowRoot.activeElement.textContent), 'vendor/model-12', 'the focus goes to what is new');
  await close();
});

test('a check that fails leaves the key as it was, and says what failed', async () => {
  const { page, widget, close } = await customer();
  await widget.connect('sk-byo-test-valid-1');
  await page.route(VALIDATE, (route) => route.abort());
  const { state, event } = await widget.press('check');
  assert.equal(state, 'error');
  assert.equal(event.detail.code, 'network_error');
  assert.equal(await widget.part('heading').innerText(), 'OpenAI connected');
  await page.unroute(VALIDATE);
  assert.equal((await widget.press('check')).state, 'connected');
  await close();
});

test('who may not test is shown no way to check', async () => {
  const { widget, close } = await customer({ wishes: { allow: ['connect', 'disconnect'] } });
  await widget.connect('sk-byo-test-valid-1');
  await widget.part('disconnect').waitFor({ state: 'visible' });
  assert.equal(await widget.part('check').isVisible(), false);
  await close();
});

test('under a finger everything that can be pressed is 44 pixels high', async () => {
  const { page, widget, close } = await customer({ settings: { hasTouch: true, isMobile: true, viewport: { width: 360, height: 800 } }, attributes: { providers: 'openai anthropic' } });
  await widget.ready();
  await widget.type('sk-ant-api03-x');
  await widget.part('switch').waitFor({ state: 'visible' });
  assert.deepEqual(await small(page), []);
  await widget.input.fill('');
  await widget.connect('sk-byo-test-valid-1');
  assert.deepEqual(await small(page), []);
  await widget.part('disconnect').click();
  assert.deepEqual(await small(page), []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the phone');
  await close();
});

test('from right to left everything is mirrored but keys, which read as ever', async () => {
  const { page, widget, close } = await customer();
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  await widget.type('sk-byo-test-valid-1');
  assert.equal(await widget.input.evaluate((node) => getComputedStyle(node).direction), 'ltr');
  await photograph(page, 'rtl-typing');
  const lock = await widget.host.locator('.box > svg').first().boundingBox();
  const field = await widget.input.boundingBox();
  assert.ok(lock.x > field.x + field.width / 2, 'the lock is on the right');
  await widget.press('submit');
  await photograph(page, 'rtl-connected');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await close();
});

/** What can be pressed, is seen, and is lower than a finger needs. */
function small(page) {
  return page.evaluate(() => {
    const root = document.querySelector('byo-connect').shadowRoot;
    const pressed = [...root.querySelectorAll('button, a, summary, select, .tile, input[part]')].filter((node) => node.checkVisibility());
    return pressed.filter((node) => node.getBoundingClientRect().height < 44).map((node) => `${node.part} ${node.getBoundingClientRect().height}`);
  });
}

const answer = (page, json) => page.route(VALIDATE, (route) => route.fulfill({ json, headers: { 'access-control-allow-origin': '*' } }));
const keys = (refId) => stage.project.test.keys(`?refId=${refId}`);

/** Somebody new on the product's settings page. */
async function customer({ wishes, attributes = {}, settings } = {}) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId, wishes);
  const page = stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai', ...attributes });
  return { refId, ...(await stage.visit(page, settings)) };
}
