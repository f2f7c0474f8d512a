// The pages of a server for whoever asks what it does: /, /trust, /docs/widget, /docs/errors.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './support/axe.mjs';
import { launch, openTab } from './support/chromium.mjs';
import { startDemo } from './support/demo.mjs';
import { createProject } from './support/project.mjs';
import { assertReadable, overhear } from './support/reading.mjs';
import { startServer } from './support/server.mjs';
import { listen } from './support/widget.mjs';

/** Those that need no session. */
const EXAMPLES = ['providers', 'look', 'events', 'words', 'silent'];
let browser, demo, server, project;

before(async () => {
  [browser, demo, server] = await Promise.all([launch(), startDemo(), startServer()]);
  project = await createProject(server, { name: 'Documentation' });
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  await server?.stop();
});

for (const [path, name] of [['/', 'index'], ['/trust', 'trust'], ['/docs/errors', 'errors'], ['/docs/widget', 'docs']]) {
  test(`${path} can be read at every size and in every shade`, async () => {
    const { page, complaints, close } = await open(demo.byo + path);
    if (name === 'docs') await example(page, 'words').locator('byo-connect[data-state]').waitFor();
    await assertReadable(page, name);
    assert.deepEqual(complaints, []);
    assert.deepEqual(await page.evaluate(() => violations), []);
    await close();
  });
}

test('every example takes a key, as its code says', async () => {
  const { page, complaints, close } = await open(`${demo.byo}/docs/widget`);
  for (const name of EXAMPLES) {
    const { part, type } = widgetOf(page, name);
    await type('sk-byo-test-valid-1');
    await part('submit').click();
    await example(page, name).locator('byo-connect[data-state="connected"]').waitFor();
  }
  assert.equal(await page.locator('byo-connect').count(), EXAMPLES.length);
  assert.deepEqual(complaints, []);
  assert.deepEqual(await page.evaluate(() => violations), []);
  await close();
});

test('/trust and the text of /docs/widget need no script', async () => {
  for (const [path, text] of [['/trust', 'Who can read it'], ['/docs/widget', 'Put it on a page']]) {
    const { page, close } = await open(demo.byo + path, { javaScriptEnabled: false });
    await page.getByRole('heading', { name: text }).waitFor();
    await close();
  }
});

test('in the demo the examples run at once, and a reader can start over', async () => {
  const { page, complaints, close } = await open(`${demo.byo}/docs/widget`);
  assert.equal(await page.locator('#access').isVisible(), false);
  const { part, type } = widgetOf(page, 'providers');
  assert.equal(await part('tile').count(), 3);
  await type('sk-byo-test-valid-1');
  await part('submit').click();
  await example(page, 'providers').locator('byo-connect[data-state="connected"]').waitFor();
  await example(page, 'providers').getByRole('button', { name: 'Start over' }).click();
  await example(page, 'providers').locator('byo-connect[data-state="idle"]').waitFor();
  await example(page, 'providers').getByRole('radio', { name: 'One' }).check();
  assert.equal(await part('tile').count(), 0);
  assert.match(await example(page, 'providers').locator('pre').innerText(), /provider="openai"/);
  assert.deepEqual(complaints, []);
  await close();
});

test('every reader is another customer, so that none is in the way of the next', async () => {
  const refIds = new Set();
  for (let reader = 0; reader < 2; reader += 1) {
    const { page, close } = await open(`${demo.byo}/docs/widget`);
    for (const widget of await page.locator('byo-connect').all()) refIds.add(await widget.getAttribute('ref-id'));
    await close();
  }
  assert.equal(refIds.size, 2 * EXAMPLES.length);
});

test('without a key of its own the page asks for one, and forgets it with the page', async () => {
  const { page, close } = await open(`${server.url}/docs/widget`);
  assert.equal(await page.locator('byo-connect').count(), 0);
  await assertReadable(page, 'docs-asking');
  const field = page.getByLabel('Publishable key of a test environment');
  const use = page.getByRole('button', { name: 'Use' });
  for (const [given, words] of [
    ['nonsense', /no publishable key/],
    [project.live.publishableKey, /live key/],
    [project.test.secretKey, /Revoke it/],
  ]) {
    await field.fill(given);
    await use.click();
    assert.match(await page.locator('#access-note').innerText(), words);
    assert.equal(await page.locator('byo-connect').count(), 0);
  }
  assert.equal(await field.inputValue(), '', 'a secret key does not stay there to be read');
  await field.fill(project.test.publishableKey);
  await use.click();
  await widgetOf(page, 'providers').type('sk-byo-test-valid-1');
  await widgetOf(page, 'providers').part('submit').click();
  await example(page, 'providers').locator('byo-connect[data-state="connected"]').waitFor();
  assert.deepEqual(await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }, document.cookie, location.search]), [{}, {}, '', '']);
  await page.reload();
  assert.equal(await page.locator('byo-connect').count(), 0);
  await close();
});

test('a session of the reader’s backend opens in its example', async () => {
  const { token } = await project.test.session('reader_1');
  const { page, close } = await open(`${server.url}/docs/widget`);
  const field = page.getByLabel('Session token');
  await field.fill('byo_cs_test_short');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('That is no session of a test environment').waitFor();
  await field.fill(token);
  await page.getByRole('button', { name: 'Open' }).click();
  const { part, type } = widgetOf(page, 'sessions');
  await type('sk-byo-test-valid-1');
  await part('submit').click();
  await part('disconnect').waitFor();
  assert.equal(await field.inputValue(), '');
  await close();
});

test('what the reader changes of its look is what the widget looks like and what the code says', async () => {
  const { page, complaints, close } = await open(`${demo.byo}/docs/widget`);
  const { part } = widgetOf(page, 'look');
  const look = example(page, 'look');
  await look.getByLabel('Accent').fill('#aa3377');
  await look.getByLabel('Corners').fill('16');
  await look.getByRole('radio', { name: 'Dark' }).check();
  const style = await part('submit').evaluate((node) => [getComputedStyle(node).backgroundColor, getComputedStyle(node).borderRadius]);
  assert.deepEqual(style, ['rgb(170, 51, 119)', '16px']);
  const code = await look.locator('pre').innerText();
  for (const text of ['theme="dark"', '--byo-accent: #aa3377;', '--byo-radius: 16px;']) assert.ok(code.includes(text), code);
  assert.equal(await look.locator('byo-connect').evaluate((node) => getComputedStyle(node).colorScheme), 'dark');
  await assertReadable(page, 'docs-dressed');
  assert.deepEqual(complaints, []);
  await close();
});

test('the log tells every event, and never the key', async () => {
  const { page, close } = await open(`${demo.byo}/docs/widget`);
  const { part, type } = widgetOf(page, 'events');
  await type('sk-byo-test-valid-unheard');
  await part('submit').click();
  await page.locator('#log code', { hasText: 'byo-connected' }).waitFor();
  const told = await page.locator('#log').innerText();
  for (const name of ['byo-focus', 'byo-change', 'byo-state', 'byo-connected']) assert.ok(told.includes(name), name);
  assert.ok(!told.includes('unheard'), told);
  await assertAccessible(page, 'docs-told');
  await page.getByRole('button', { name: 'Clear' }).click();
  assert.equal(await page.locator('#log li').count(), 0);
  await close();
});

test('the widget speaks the language and the words that the reader gives it', async () => {
  const { page, complaints, close } = await open(`${demo.byo}/docs/widget`);
  const { part } = widgetOf(page, 'words');
  const words = example(page, 'words');
  const submitSays = (text) => part('submit').filter({ hasText: text }).waitFor();
  await submitSays('OpenAI verbinden');
  await words.getByRole('radio', { name: 'Español' }).check();
  await submitSays('Conectar OpenAI');
  await words.getByLabel('Text of the button').fill('Vamos con {provider} "ya"');
  await submitSays('Vamos con OpenAI "ya"');
  const code = await words.locator('pre').innerText();
  for (const text of ['locale="es"', 'connect: "Vamos con {provider} \\"ya\\""']) assert.ok(code.includes(text), code);
  await assertReadable(page, 'docs-worded');
  assert.deepEqual(complaints, []);
  await close();
});

test('the examples run where a page has no secure context either', async () => {
  const page = await openTab(browser);
  const complaints = overhear(page);
  // As it is on plain HTTP anywhere but on this machine.
  await page.addInitScript(() => delete Crypto.prototype.randomUUID);
  await page.goto(`${server.url}/docs/widget`);
  await page.getByLabel('Publishable key of a test environment').fill(project.test.publishableKey);
  await page.getByRole('button', { name: 'Use' }).click();
  await example(page, 'providers').locator('byo-connect[data-state]').waitFor();
  assert.equal(await page.locator('byo-connect').count(), EXAMPLES.length);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('the product speaks in its own words, and the widget keeps silent', async () => {
  const { page, close } = await open(`${demo.byo}/docs/widget`);
  const { part, type } = widgetOf(page, 'silent');
  await page.getByLabel('Label of the field').fill('Our key');
  await example(page, 'silent').getByLabel('Our key').waitFor();
  await type('sk-byo-test-rejected-1');
  await part('submit').click();
  await page.locator('#said', { hasText: 'OpenAI does not know this key' }).waitFor();
  assert.equal(await part('error').isVisible(), false);
  await type('sk-byo-test-valid-1');
  await part('submit').click();
  await page.locator('#said', { hasText: 'your team can start' }).waitFor();
  // A test stores nothing; these pages have no session, which may.
  await example(page, 'silent')
    .locator('byo-connect')
    .evaluate((element) => element.dispatchEvent(new CustomEvent('byo-tested', { detail: { verdict: 'valid' } })));
  assert.equal(await page.locator('#said').innerText(), 'The key works.');
  await close();
});

async function open(url, settings) {
  const page = await openTab(browser, settings);
  const complaints = overhear(page);
  await listen(page);
  await page.goto(url);
  return { page, complaints, close: () => page.context().close() };
}

const example = (page, name) => page.locator(`#example-${name}`);

function widgetOf(page, name) {
  const part = (wanted) => example(page, name).locator(`byo-connect [part="${wanted}"]`);
  const type = async (key) => {
    await part('input').click();
    await page.keyboard.type(key);
  };
  return { part, type };
}
