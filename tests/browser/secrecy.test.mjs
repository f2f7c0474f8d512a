// Where a typed key may be: in the field, then in one sealed request. Nowhere else, and nowhere at all afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { captureMemories, eavesdrop, found, inHeap, inMemory, kept } from './support/secret.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-Zq7Wx2Vb9Nm4Kj6H';
const WRONG = 'sk-byo-test-rejected-Rt5Yu8Io1Pa3Sd0F';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('a connected key was in the field and nowhere else, and leaves nothing behind', async () => {
  const { ear, page, widget, close } = await customer();
  await widget.type(KEY);
  assert.notDeepEqual(found(KEY, await kept(page)), [], 'the field is looked into');
  const { state } = await widget.press('submit');
  assert.equal(state, 'connected');
  await assertNowhere({ ear, page }, KEY);

  const posts = ear.paths(stage.server.url).filter((path) => path.startsWith('/v1/keys/'));
  assert.ok(posts.includes('/v1/keys/connect'), 'requests are listened to');
  await close();
});

test('a tested key waits in wasm memory and nowhere else, until it is connected', async () => {
  const { ear, page, widget, close } = await customer();
  await widget.type(KEY);
  const { event } = await widget.press('test');
  assert.equal(event.name, 'tested');
  assert.deepEqual(found(KEY, await kept(page)), [], 'the field was cleared');
  assert.equal((await inMemory(page, KEY)).length, 1, 'memory is looked into; the key is there once');

  const { state } = await widget.press('submit');
  assert.equal(state, 'connected');
  await assertNowhere({ ear, page }, KEY);
  await close();
});

test('no JavaScript string of a connected key is left', async () => {
  const { page, widget, close } = await customer();
  await widget.type(KEY);
  await page.evaluate(() => {
    globalThis.hoard = document.querySelector('byo-connect').shadowRoot.querySelector('input').value;
  });
  assert.equal(await inHeap(page, KEY), 1, 'the heap is looked into');
  await page.evaluate(() => delete globalThis.hoard);
  const { state } = await widget.press('submit');
  assert.equal(state, 'connected');
  assert.equal(await inHeap(page, KEY), 0);
  await close();
});

test('a refused key is forgotten when the customer clears it, types another or leaves', async () => {
  for (const forget of [
    (widget) => widget.part('forget').click(),
    (widget) => widget.type('sk-byo-test-valid-2'),
    (widget) => widget.host.evaluate((element) => element.remove()),
  ]) {
    const { ear, page, widget, close } = await customer();
    await widget.refused(WRONG);
    await forget(widget);
    await assertNowhere({ ear, page }, WRONG);
    await close();
  }
});

test('the page speaks to its own server and to byo, and to nobody else', async () => {
  const { ear, widget, close } = await customer();
  await widget.connect(KEY);
  assert.deepEqual(ear.origins().sort(), [stage.product.origin, stage.server.url].sort());
  await close();
});

test('no event of the widget tells the key or its length', async () => {
  const { page, widget, close } = await customer();
  await page.evaluate(() => {
    globalThis.told = [];
    const names = ['ready', 'change', 'focus', 'blur', 'escape', 'tested', 'connected', 'error', 'state'];
    for (const name of names) addEventListener(`byo-${name}`, ({ detail }) => told.push(JSON.stringify({ ...detail })));
    for (const name of ['input', 'change', 'keydown', 'beforeinput']) {
      addEventListener(name, (event) => told.push(`${name} ${event.target.value ?? ''} ${event.composedPath()[0] === event.target}`));
    }
  });
  await widget.connect(KEY);
  const told = await page.evaluate(() => told.join('\n'));
  assert.match(told, /"complete":true/);
  assert.deepEqual(found(KEY, told), []);
  await close();
});

test('every spelling of a key is found', () => {
  for (const spell of [
    (key) => key,
    (key) => `prefix ${key.toUpperCase()}`,
    (key) => Buffer.from(key).toString('hex'),
    (key) => Buffer.from(`{"key":"${key}"}`).toString('base64'),
    (key) => Buffer.from(`x${key}`).toString('base64url'),
    (key) => [...key].reverse().join(''),
  ]) {
    assert.notDeepEqual(found(KEY, `before ${spell(KEY)} after`), [], spell.toString());
  }
  assert.deepEqual(found(KEY, 'sk-byo-test-valid-another'), []);
});

async function assertNowhere({ ear, page }, key) {
  assert.deepEqual(found(key, await ear.transcript()), [], 'sent');
  assert.deepEqual(found(key, ear.said.join('\n')), [], 'logged');
  assert.deepEqual(found(key, await kept(page)), [], 'kept by the page');
  const cookies = await page.context().cookies();
  assert.deepEqual(cookies, [], 'cookies');
  const { origins } = await page.context().storageState();
  assert.deepEqual(origins, [], 'stored');
  assert.deepEqual(await inMemory(page, key), [], 'in WebAssembly memory');
}

/** Somebody new on the product's settings page, overheard from the first request. */
async function customer() {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  let ear;
  const prepare = async (page) => {
    ear = eavesdrop(page);
    await captureMemories(page);
  };
  const visit = await stage.visit(stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' }), { prepare });
  return { ear, ...visit };
}
