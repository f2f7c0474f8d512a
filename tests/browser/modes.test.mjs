// Who answers a customer's calls, as the panel says it: always what the server says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './support/axe.mjs';
import { createProject } from './support/project.mjs';
import { photograph } from './support/screenshots.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
const WORDS = {
  byok: { en: 'Your own key is used', de: 'Ihr eigener Schlüssel wird verwendet', es: 'Se usa su propia clave', ja: 'ご自身のキーが使われます' },
  server: { en: 'The product’s key is used', de: 'Der Schlüssel des Produkts wird verwendet', es: 'Se usa la clave del producto', ja: '提供元のキーが使われます' },
  demo: { en: 'Demo answers', de: 'Demo-Antworten', es: 'Respuestas de demostración', ja: 'デモの応答が返ります' },
};
/** By what holds without a key of one's own: the environment's settings. */
const SETTINGS = { server: { platformKeys: true }, demo: { demo: true }, none: {} };
let stage;
const projects = {};

before(async () => {
  stage = await setStage();
  for (const [name, settings] of Object.entries(SETTINGS)) projects[name] = await made(settings);
});
after(() => stage?.strike());

for (const fallback of Object.keys(SETTINGS)) {
  test(`where ${fallback} answers without a key: so it says before, byok with one, and ${fallback} again without`, async () => {
    const { token, page, widget, close } = await customer(fallback);
    const says = async (mode) => {
      assert.equal(await shown(widget), mode);
      assert.equal((await asked(token)).mode, mode, 'and the server says so too');
    };
    await known(widget);
    await says(fallback);
    await photograph(page, `mode-${fallback}`);
    await widget.connect(KEY);
    await says('byok');
    await widget.part('replace').click();
    assert.equal(await shown(widget), 'byok', 'the old one goes on');
    await widget.connect('sk-byo-test-valid-2');
    await says('byok');
    await photograph(page, 'mode-byok');
    await widget.disconnect();
    await says(fallback);
    await close();
  });
}

test('who comes back is told from the beginning whose key is used', async () => {
  const refId = stage.customer();
  await projects.server.test.connect(refId, KEY);
  const { widget, close } = await customer('server', { refId });
  await known(widget);
  assert.equal(await shown(widget), 'byok');
  await close();
});

test('it is said of the provider that is chosen', async () => {
  const { widget, close } = await customer('server', { attributes: { providers: 'openai anthropic' } });
  await known(widget);
  assert.equal(await shown(widget), 'server');
  await widget.choose('anthropic');
  assert.equal(await shown(widget), 'none', 'the product has a key for OpenAI alone');
  await close();
});

test('a key that is switched off is not used, and nothing takes its place', async () => {
  const refId = stage.customer();
  await projects.server.test.connect(refId, KEY);
  const off = await projects.server.test.call('POST', '/v1/keys/disable', { provider: 'openai', refId });
  assert.equal(off.status, 200);
  const { token, widget, close } = await customer('server', { refId });
  await known(widget);
  assert.equal(await shown(widget), 'none');
  assert.equal((await asked(token)).mode, 'none');
  await close();
});

test('a key of another name has no fallback, and is one’s own once it is there', async () => {
  const { widget, close } = await customer('server', { attributes: { 'key-name': 'second' } });
  await known(widget);
  assert.equal(await shown(widget), 'none');
  await widget.connect(KEY);
  assert.equal(await shown(widget), 'byok');
  await close();
});

test('without a session nothing is claimed until there is a key', async () => {
  const attributes = { 'publishable-key': projects.server.test.publishableKey, 'ref-id': stage.customer(), provider: 'openai' };
  const { widget, close } = await stage.visit(stage.product.page(attributes));
  await widget.type('sk');
  await widget.part('forget').waitFor({ state: 'attached' });
  assert.equal(await shown(widget), 'none');
  await widget.input.fill('');
  await widget.connect(KEY);
  assert.equal(await shown(widget), 'byok');
  await close();
});

test('in every language, light and dark, it is said in words that can be read, and each has its colour', async () => {
  const colours = { light: new Set(), dark: new Set() };
  for (const fallback of ['server', 'demo']) {
    const { page, widget, close } = await customer(fallback);
    await known(widget);
    const look = async (mode) => {
      for (const locale of ['en', 'de', 'es', 'ja']) {
        await widget.host.evaluate((element, locale) => (element.locale = locale), locale);
        await widget.host.getByText(WORDS[mode][locale], { exact: true }).waitFor();
      }
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await assertAccessible(page, `${mode} ${colorScheme}`);
        colours[colorScheme].add(await widget.part('mode').evaluate((node) => getComputedStyle(node).color));
      }
    };
    await look(fallback);
    await widget.connect(KEY);
    await look('byok');
    await close();
  }
  assert.deepEqual([colours.light.size, colours.dark.size], [3, 3]);
});

/** What it says, by name; `none` where it says nothing. */
async function shown(widget) {
  const part = widget.part('mode');
  const mode = await part.getAttribute('data-mode');
  assert.equal(await part.isVisible(), mode !== 'none');
  if (mode !== 'none') assert.equal(await part.innerText(), WORDS[mode].en);
  return mode;
}

/** Waits until the session has been read, and the keys with it. */
async function known(widget) {
  await widget.host.page().waitForFunction(() => globalThis.byoRead);
}

/** What the server says of it now. */
async function asked(token) {
  const { status, body } = await stage.server.call('GET', '/v1/connect-session', { token, headers: { origin: stage.product.origin } });
  assert.equal(status, 200, JSON.stringify(body));
  return body.modes.openai;
}

async function made(settings) {
  const project = await createProject(stage.server, { origins: [stage.product.origin] });
  const headers = { 'x-admin-key': stage.server.adminKey };
  const path = `/v1/admin/projects/${project.id}/environments/test`;
  assert.equal((await stage.server.call('PATCH', path, { headers, body: settings })).status, 200);
  const put = await stage.server.call('PUT', `${path}/platform-keys/openai`, { headers, body: { providerKey: 'sk-byo-test-valid-product' } });
  assert.equal(put.status, 200, JSON.stringify(put.body));
  return project;
}

/** Somebody new on the product's settings page. */
async function customer(fallback, { refId = stage.customer(), attributes = {} } = {}) {
  const { token } = await projects[fallback].test.session(refId);
  const url = stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai', ...attributes });
  const prepare = (page) =>
    page.on('requestfinished', async (request) => {
      if (!/\/v1\/keys\?/.test(request.url())) return;
      // Once what was read has been drawn.
      await page.evaluate(() => new Promise((done) => setTimeout(done))).catch(() => {});
      await page.evaluate(() => (globalThis.byoRead = true)).catch(() => {});
    });
  return { token, refId, ...(await stage.visit(url, { prepare })) };
}
