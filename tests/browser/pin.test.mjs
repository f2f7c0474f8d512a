// `<byo-connect trust-root>` on a page, under a strict policy: what a customer sees when the server can prove whose key
// it seals to, and when it cannot.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { generateKeyPair } from '../node/support/envelope.mjs';
import { assertAccessible } from './support/axe.mjs';
import { makeRoot } from './support/root.mjs';
import { photograph } from './support/screenshots.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
const DIRECTORY = '/.well-known/byo-keys.json';
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
  assert.match(alert, /no key is sent to it/);
  assert.deepEqual(posts, []);
  assert.deepEqual(await keys(refId), []);
  await photograph(page, 'widget-distrust');
  await close();
});

test('an older directory than the browser has seen is refused after a reload too', async () => {
  const old = await (await fetch(stage.server.url + DIRECTORY)).text();
  const rotated = await stage.server.call('POST', '/v1/admin/sealing-keys/rotate', { headers: { 'x-admin-key': stage.server.adminKey }, body: {} });
  assert.equal(rotated.status, 200);
  const { page, widget, close } = await customer();
  await widget.connect(KEY);
  await answer(page, old);
  await page.reload();
  assert.equal((await refusal(page)).code, 'directory_rolled_back');
  // What is connected can be looked after; another key is not taken.
  await widget.part('replace').click();
  assert.equal(await widget.input.isDisabled(), true);
  await widget.part('cancel').click();
  const { event } = await widget.press('check');
  assert.equal(event.name, 'tested');
  assert.match(await widget.alert(), /could not prove/, 'it stays said');
  await close();
});

test('a server that cannot be trusted is refused before the field is touched, and nothing can be typed', async () => {
  const { page, widget, close } = await customer((page) => answer(page, '{}'));
  const error = await refusal(page);
  assert.deepEqual([error.name, error.code], ['load-error', 'directory_untrusted']);
  assert.equal(await widget.state(), 'error');
  for (const part of ['input', 'submit', 'test']) assert.equal(await widget.part(part).isDisabled(), true, part);
  assert.match(await widget.alert(), /could not prove whose key it seals to, so no key is sent to it/);
  await assertAccessible(page, 'barred');
  await photograph(page, 'widget-barred');
  // Neither another provider nor another word of the page opens it.
  await widget.host.evaluate((element) => (element.provider = 'anthropic'));
  await widget.host.locator('label[for="key"]', { hasText: 'Anthropic' }).waitFor();
  assert.equal(await widget.input.isDisabled(), true);
  assert.equal(await widget.state(), 'error');
  assert.equal(await widget.host.evaluate((element) => element.connect().catch(({ code }) => code)), 'key_missing');
  await close();
});

for (const locale of ['de', 'es', 'ja']) {
  test(`it is said in ${locale} too`, async () => {
    const { page, widget, close } = await customer((page) => answer(page, '{}'), { locale });
    await refusal(page);
    const said = { de: /deshalb wird keiner gesendet/, es: /no se le envía ninguna/, ja: /キーは送信されません/ };
    await widget.host.getByText(said[locale]).waitFor();
    await close();
  });
}

test('a publishable key’s page checks as well, before anything is loaded for the sake of a key', async () => {
  const attributes = { 'publishable-key': stage.project.test.publishableKey, 'ref-id': stage.customer(), provider: 'openai', 'trust-root': root.trustRoot };
  const { page, widget, close } = await stage.visit(stage.product.page(attributes), { prepare: (page) => answer(page, '{}') });
  assert.equal((await refusal(page)).code, 'directory_untrusted');
  assert.equal(await widget.input.isDisabled(), true);
  await close();
});

test('whom the first look could trust is looked at again at the first focus, and once', async () => {
  let asked = 0;
  const { page, widget, close } = await customer((page) => page.on('request', (request) => request.url().endsWith(DIRECTORY) && (asked += 1)));
  await checked(page);
  assert.equal(asked, 1);
  await answer(page, '{}');
  await widget.input.click();
  const error = await refusal(page);
  assert.equal(error.code, 'directory_untrusted');
  assert.equal(await widget.input.isDisabled(), true);
  assert.equal(asked, 2);
  assert.equal(await page.evaluate(() => document.querySelector('byo-connect').shadowRoot.activeElement?.part.value), 'retry', 'the focus goes to what can be done');
  await close();
});

test('what was typed meanwhile is forgotten', async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const { page, widget, close } = await customer((page) =>
    page.route(`**${DIRECTORY}`, async (route) => {
      await held;
      await route.fulfill({ body: '{}', contentType: 'application/json', headers: { 'access-control-allow-origin': '*' } });
    }),
  );
  await widget.type(KEY);
  release();
  await refusal(page);
  assert.equal(await widget.input.inputValue(), '');
  await close();
});

test('a server that could not be reached is asked again when the customer says so', async () => {
  const { refId, page, widget, close } = await customer((page) => page.route(`**${DIRECTORY}`, (route) => route.abort()));
  assert.equal((await refusal(page)).code, 'network_error');
  await widget.part('retry').click();
  await page.waitForFunction(() => globalThis.byoEvents.length > 1);
  assert.equal(await widget.input.isDisabled(), true);
  await page.unroute(`**${DIRECTORY}`);
  await widget.part('retry').click();
  await widget.host.and(page.locator('[data-state="idle"]')).waitFor();
  assert.equal(await widget.alert(), '');
  assert.equal(await widget.part('retry').isVisible(), false);
  assert.equal(await page.evaluate(() => document.querySelector('byo-connect').shadowRoot.activeElement?.part.value), 'input');
  await widget.connect(KEY);
  assert.equal((await keys(refId)).length, 1);
  await close();
});

test('another root, or none, starts afresh', async () => {
  const { widget, page, close } = await customer((page) => answer(page, '{}'));
  await refusal(page);
  await widget.host.evaluate((element) => (element.trustRoot = null));
  await widget.host.and(page.locator('[data-state="idle"]')).waitFor();
  assert.equal(await widget.input.isDisabled(), false);
  await widget.connect(KEY);
  await close();
});

test('without a root nobody asks for a directory', async () => {
  let asked = 0;
  const { widget, close } = await customer((page) => page.on('request', (request) => request.url().endsWith(DIRECTORY) && (asked += 1)), { 'trust-root': undefined });
  await widget.connect(KEY);
  assert.equal(asked, 0);
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

/** Serves this as the directory from now on. */
const answer = (page, body) =>
  page.route(`**${DIRECTORY}`, (route) => route.fulfill({ body, contentType: 'application/json', headers: { 'access-control-allow-origin': '*' } }));

/** Waits until the server has been refused; gives the event. */
async function refusal(page) {
  const handle = await page.waitForFunction(() => globalThis.byoEvents?.find(({ name }) => name === 'load-error'));
  const { name, detail } = await handle.jsonValue();
  return { ...detail, name };
}

/** Waits until the directory has been found in order, which the browser remembers. */
function checked(page) {
  return page.waitForFunction(() => Object.keys(localStorage).some((name) => name.startsWith('byo-directory:')));
}

async function customer(prepare, attributes = {}) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  const given = Object.entries({ 'session-token': token, 'ref-id': refId, provider: 'openai', 'trust-root': root.trustRoot, ...attributes });
  const page = stage.product.page(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
  return { refId, ...(await stage.visit(page, { prepare })) };
}
