// Where and how keys are used, fixed by whoever made the session: shown, not to be changed, and sent as it is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './support/axe.mjs';
import { photograph } from './support/screenshots.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
const CONFIGS = {
  openai: { baseUrl: 'https://openrouter.ai/api/v1', wireApi: 'completions' },
  azure: { baseUrl: 'https://tideline.openai.azure.com', azure: { apiVersion: '2024-10-21', deployment: 'gpt-4.1' } },
  anthropic: {},
};
const SESSION = '**/v1/connect-session';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('the address is shown, cannot be changed, and is sent with the key as the session has it', async () => {
  const { refId, page, widget, posts, close } = await customer({ provider: 'openai' });
  const endpoint = widget.part('endpoint');
  await widget.part('fixed').waitFor({ state: 'visible' });
  assert.equal(await widget.part('fixed').innerText(), 'The product has set this. It cannot be changed here.');
  assert.equal(await endpoint.inputValue(), CONFIGS.openai.baseUrl);
  await endpoint.click();
  await page.keyboard.type('https://elsewhere.example');
  assert.equal(await endpoint.inputValue(), CONFIGS.openai.baseUrl);
  assert.equal(await endpoint.getAttribute('aria-describedby'), 'fixed');
  assert.equal(await widget.part('endpoint-toggle').isVisible(), false, 'there is nothing to open');
  assert.equal(await widget.part('api-version').isVisible(), false);
  await assertAccessible(page, 'fixed');
  await photograph(page, 'fixed-endpoint');
  await widget.type(KEY);
  await widget.press('test');
  await widget.press('submit');
  assert.deepEqual(posts.map(({ providerConfig }) => providerConfig), [CONFIGS.openai, CONFIGS.openai]);
  assert.deepEqual((await keys(refId))[0].providerConfig, CONFIGS.openai);
  await close();
});

test('Azure’s three are shown, and nothing has to be filled in', async () => {
  const { refId, page, widget, posts, close } = await customer({ provider: 'azure' });
  await widget.part('fixed').waitFor({ state: 'visible' });
  const values = ['endpoint', 'api-version', 'deployment'].map((part) => widget.part(part).inputValue());
  assert.deepEqual(await Promise.all(values), [CONFIGS.azure.baseUrl, '2024-10-21', 'gpt-4.1']);
  await photograph(page, 'fixed-azure');
  const complete = page.evaluate(() => new Promise((done) => document.querySelector('byo-connect').addEventListener('byo-change', ({ detail }) => done(detail.complete), { once: true })));
  await widget.type(KEY);
  assert.equal(await complete, true);
  await widget.press('submit');
  assert.deepEqual(posts[0].providerConfig, CONFIGS.azure);
  assert.deepEqual((await keys(refId))[0].providerConfig, CONFIGS.azure);
  await close();
});

test('a provider that is to be itself has no address to enter, and the next one is the customer’s to say', async () => {
  const { widget, posts, close } = await customer({ providers: 'anthropic openai azure ollama' });
  await widget.part('fixed').waitFor({ state: 'attached' });
  await widget.choose('openai');
  await widget.part('fixed').waitFor({ state: 'visible' });
  await widget.choose('ollama');
  assert.equal(await widget.part('endpoint').inputValue(), '', 'what was fixed for another stays with it');
  assert.equal(await widget.part('fixed').isVisible(), false);
  await widget.part('endpoint').fill('http://localhost:11434');
  await widget.choose('anthropic');
  assert.equal(await widget.part('endpoint').isVisible(), false);
  assert.equal(await widget.part('fixed').isVisible(), false);
  await widget.connect(KEY);
  assert.equal('providerConfig' in posts[0], false);
  await close();
});

test('a page that wants it otherwise is not heard', async () => {
  const { refId, page, widget, posts, close } = await customer({ provider: 'openai' });
  await widget.host.evaluate((element) => (element.providerConfig = { baseUrl: 'https://elsewhere.example/v1' }));
  // Until the session has been read it is what the page says.
  await page.waitForFunction((value) => document.querySelector('byo-connect').shadowRoot.getElementById('endpoint').value === value, CONFIGS.openai.baseUrl);
  await widget.connect(KEY);
  assert.deepEqual(posts[0].providerConfig, CONFIGS.openai);
  assert.deepEqual((await keys(refId))[0].providerConfig, CONFIGS.openai);
  await close();
});

test('who is quicker than the session waits for what it says', async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const prepare = (page) =>
    page.route(SESSION, async (route) => {
      await held;
      await route.continue();
    });
  const { widget, posts, close } = await customer({ provider: 'azure' }, { prepare });
  await widget.type(KEY);
  await widget.part('submit').click();
  assert.equal(await widget.state(), 'connecting');
  const { event } = await widget.outcome(() => release());
  assert.equal(event.name, 'connected');
  assert.deepEqual(posts[0].providerConfig, CONFIGS.azure);
  await close();
});

test('what the page itself fixes is shown just so', async () => {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  const { widget, posts, close } = await visit({ 'session-token': token, 'ref-id': refId, provider: 'openai' });
  await widget.host.evaluate((element, config) => (element.providerConfig = config), CONFIGS.openai);
  await widget.part('fixed').waitFor({ state: 'visible' });
  assert.equal(await widget.part('endpoint').inputValue(), CONFIGS.openai.baseUrl);
  await widget.connect(KEY);
  assert.deepEqual(posts[0].providerConfig, CONFIGS.openai);
  await widget.host.evaluate((element) => (element.providerConfig = null));
  await widget.part('replace').click();
  await widget.part('endpoint-toggle').click();
  assert.equal(await widget.part('endpoint').inputValue(), '');
  assert.equal(await widget.part('endpoint').isEditable(), true);
  await close();
});

test('the server takes nothing else, whatever a page has made of the session’s answer', async () => {
  const prepare = (page) =>
    page.route(SESSION, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), providerConfigs: {} } });
    });
  const { refId, widget, close } = await customer({ provider: 'openai' }, { prepare });
  const { error } = await widget.refused(KEY);
  assert.equal(error.code, 'forbidden');
  assert.deepEqual(await keys(refId), []);
  await close();
});

const keys = (refId) => stage.project.test.keys(`?refId=${refId}`);

/** Somebody on the product's settings page, with a session that says where keys go. */
async function customer(attributes, options) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId, { providerConfigs: CONFIGS });
  return { refId, ...(await visit({ 'session-token': token, 'ref-id': refId, ...attributes }, options)) };
}

/** `posts` are the bodies with keys that the page has sent. */
async function visit(attributes, { prepare } = {}) {
  const posts = [];
  const visited = await stage.visit(stage.product.page(attributes), {
    prepare: async (page) => {
      page.on('request', (request) => /\/v1\/keys\/(test|connect|rotate)$/.test(request.url()) && request.method() === 'POST' && posts.push(request.postDataJSON()));
      await prepare?.(page);
    },
  });
  return { ...visited, posts };
}
