// What leads from one state to another, row by row, and what each verdict is in words.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('typing and emptying the field go to and fro between idle and typing', async () => {
  const { widget, close } = await customer();
  await widget.ready();
  assert.equal(await widget.state(), 'idle');
  await widget.type('sk');
  assert.equal(await widget.state(), 'typing');
  await widget.input.fill('');
  assert.equal(await widget.state(), 'idle');
  await widget.type('sk');
  await widget.host.evaluate((element) => element.clear());
  assert.equal(await widget.state(), 'idle');
  assert.equal(await widget.input.inputValue(), '');
  await close();
});

test('a tested key waits as typing, and can be forgotten', async () => {
  const { widget, close } = await customer();
  await widget.type(KEY);
  assert.equal((await widget.press('test')).state, 'typing');
  await widget.part('forget').click();
  assert.equal(await widget.state(), 'idle');
  await close();
});

test('Escape leaves the replacement, and what was typed with it', async () => {
  const { widget, close } = await customer();
  await widget.connect(KEY);
  await widget.part('replace').click();
  assert.equal(await widget.state(), 'idle');
  await widget.type('sk-byo-test-valid-2');
  await widget.input.press('Escape');
  assert.equal(await widget.state(), 'connected');
  await widget.part('replace').click();
  assert.equal(await widget.input.inputValue(), '');
  await close();
});

test('one action at a time: whatever is asked meanwhile is refused as busy and changes nothing', async () => {
  const { page, widget, close } = await customer();
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/v1/keys/connect', async (route) => {
    await held;
    await route.continue();
  });
  await widget.type(KEY);
  await widget.part('submit').click();
  const codes = await widget.host.evaluate((element) =>
    Promise.all(['connect', 'test', 'rotate', 'disconnect', 'validate'].map((action) => element[action]().catch(({ code }) => code))),
  );
  assert.deepEqual(codes, Array(5).fill('busy'));
  assert.equal(await widget.state(), 'connecting');
  const { state } = await widget.outcome(() => release());
  assert.equal(state, 'connected');
  await close();
});

test('another token forgets the key that was entered under the last one', async () => {
  const { widget, close } = await customer();
  await widget.type(KEY);
  const { token } = await stage.project.test.session(stage.customer());
  await widget.host.evaluate((element, token) => {
    element.sessionToken = token;
    element.refId = null;
  }, token);
  await widget.host.and(widget.host.page().locator('[data-state="idle"]')).waitFor();
  assert.equal(await widget.input.inputValue(), '');
  await close();
});

test('a token that comes late leaves what was typed meanwhile', async () => {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  const { widget, close } = await stage.visit(stage.product.page({ provider: 'openai' }));
  await widget.type(KEY);
  await widget.host.evaluate((element, token) => (element.sessionToken = token), token);
  assert.equal(await widget.input.inputValue(), KEY);
  assert.equal((await widget.press('submit')).state, 'connected');
  await close();
});

test('what was set a moment before an action counts for it', async () => {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  const { widget, close } = await stage.visit(stage.product.page({ provider: 'openai' }));
  await widget.type(KEY);
  const { state, event } = await widget.outcome(() =>
    widget.host.evaluate((element, token) => {
      element.sessionToken = token;
      element.keyName = 'second';
      return element.connect().then(() => undefined);
    }, token),
  );
  assert.equal(state, 'connected');
  assert.equal(event.detail.name, 'second');
  await close();
});

test('without a token nothing is said until something is asked, then what is missing', async () => {
  const { widget, close } = await stage.visit(stage.product.page({ provider: 'openai' }));
  await widget.ready();
  assert.equal(await widget.alert(), '');
  const { error } = await widget.refused(KEY);
  assert.equal(error.code, 'invalid_option');
  await close();
});

test('an error carries its code to the event and to whoever called, as one ByoError', async () => {
  const { widget, close } = await customer();
  await widget.type('sk-byo-test-rejected-1');
  const told = await widget.host.evaluate(async (element) => {
    const event = new Promise((resolve) => element.addEventListener('byo-error', ({ detail }) => resolve(detail)));
    const error = await element.connect().catch((reason) => reason);
    return { same: error === (await event), name: error.name, code: error.code, verdict: error.verdict, isError: error instanceof Error };
  });
  assert.deepEqual(told, { same: true, name: 'ByoError', code: 'key_rejected', verdict: 'rejected', isError: true });
  await close();
});

const VERDICTS = {
  valid: /The key works for 2 models/,
  restricted: /The key works, with limits/,
  no_quota: /no credit left/,
  rate_limited: /being slowed down/,
  rejected: /does not know this key/,
  denied: /refused this key here/,
  not_provable: /asks for no key/,
  unreachable: /could not be reached/,
  of_tomorrow: /gave no clear result/,
};

for (const [verdict, words] of Object.entries(VERDICTS)) {
  test(`a test that finds ${verdict} says so, and what to do next`, async () => {
    const { page, widget, close } = await customer();
    const json = { valid: verdict === 'valid', verdict, models: ['a', 'b'], error: null };
    await page.route('**/v1/keys/test', (route) => route.fulfill({ json, headers: { 'access-control-allow-origin': '*' } }));
    await widget.type(KEY);
    const { event } = await widget.press('test');
    assert.equal(event.detail.verdict, verdict);
    const [title, next] = (await widget.part('status').innerText()).split('\n');
    assert.match(title, words);
    assert.match(next, /\.$/);
    await close();
  });
}

/** Somebody new on the product's settings page. */
async function customer() {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  return stage.visit(stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' }));
}
