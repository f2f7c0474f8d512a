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

test('a tested key that is not connected is gone after ten minutes, and it is said', async () => {
  const { page, widget, close } = await customer({ prepare: (page) => page.clock.install() });
  await widget.type(KEY);
  await widget.press('test');
  await page.clock.fastForward('09:59');
  assert.equal(await widget.state(), 'typing');
  await page.clock.fastForward('00:02');
  await widget.host.and(page.locator('[data-state="idle"]')).waitFor();
  assert.match(await widget.part('status').innerText(), /forgotten after ten minutes/);
  assert.equal(await widget.host.evaluate((element) => element.connect().catch(({ code }) => code)), 'key_missing');
  await close();
});

for (const action of ['test', 'submit']) {
  test(`what fails on the way to the server leaves the key for another try: ${action}`, async () => {
    const { page, widget, close } = await customer();
    await page.route('**/v1/keys/*', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
    await widget.type(KEY);
    const { state, event } = await widget.press(action);
    assert.deepEqual([state, event.detail.code], ['error', 'network_error']);
    assert.match(await widget.alert(), /could not be reached/);
    assert.equal(await widget.input.getAttribute('placeholder'), 'Key kept for another try');
    await page.unroute('**/v1/keys/*');
    assert.match((await widget.press(action)).event.name, /^(tested|connected)$/);
    assert.equal(await widget.alert(), '');
    await close();
  });
}

test('a key is disconnecting until it is gone, and stays where that fails', async () => {
  const { page, widget, close } = await customer();
  await widget.connect(KEY);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route('**/v1/keys/revoke', async (route) => {
    await held;
    await route.abort();
  });
  await widget.part('disconnect').click();
  await widget.part('word').fill('openai');
  await widget.part('confirm').click();
  await widget.host.and(page.locator('[data-state="disconnecting"]')).waitFor();
  const { state, event } = await widget.outcome(() => release());
  assert.deepEqual([state, event.name], ['error', 'error']);
  assert.equal(await widget.part('heading').innerText(), 'OpenAI connected');
  await page.unroute('**/v1/keys/revoke');
  assert.deepEqual(Object.values(await widget.press('confirm')).map((value) => value.name ?? value), ['idle', 'disconnected']);
  await close();
});

test('a form that is reset forgets what was typed and leaves the replacement', async () => {
  const { page, widget, close } = await customer();
  await widget.connect(KEY);
  await widget.part('replace').click();
  await widget.type('sk-byo-test-valid-2');
  await page.evaluate(() => {
    const form = document.createElement('form');
    const element = document.querySelector('byo-connect');
    element.before(form);
    form.append(element);
  });
  await page.evaluate(() => document.querySelector('form').reset());
  await widget.host.and(page.locator('[data-state="connected"]')).waitFor();
  await widget.part('replace').click();
  assert.equal(await widget.input.inputValue(), '');
  await close();
});

test('another token leaves a question that was open', async () => {
  const { page, widget, close } = await customer();
  await widget.connect(KEY);
  await widget.part('disconnect').click();
  const { token } = await stage.project.test.session(stage.customer());
  await widget.host.evaluate((element, token) => Object.assign(element, { sessionToken: token, refId: null }), token);
  await widget.host.and(page.locator('[data-state="idle"]')).waitFor();
  assert.equal(await widget.part('question').isVisible(), false);
  assert.equal(await widget.input.isVisible(), true);
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
    Promise.all(['connect', 'test', 'rotate', 'disconnect', 'validate', 'revert'].map((action) => element[action]().catch(({ code }) => code))),
  );
  assert.deepEqual(codes, Array(6).fill('busy'));
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

const CONNECTED = {
  valid: /^The key works$/,
  restricted: /^The key works, with limits\nIt may call only part/,
  'no-quota': /^The key works, but there is no credit left\nAdd credit/,
  'rate-limited': /^The key works, but is being slowed down\nThe provider limits it/,
  'not-provable': /^The server there asks for no key\nIt answers with any key/,
};

for (const [name, words] of Object.entries(CONNECTED)) {
  test(`a key that is ${name} is stored, and what that means stands beside it`, async () => {
    const { widget, close } = await customer();
    const { verdict } = await widget.connect(`sk-byo-test-${name}-1`);
    assert.equal(verdict, name.replace('-', '_'));
    assert.match(await widget.part('verdict').innerText(), words);
    const { event } = await widget.press('check');
    assert.equal(event.detail.verdict, verdict);
    assert.match(await widget.part('verdict').innerText(), words);
    await close();
  });
}

const REFUSED = {
  rejected: ['key_rejected', /does not know this key/],
  denied: ['key_rejected', /refused this key here/],
  unreachable: ['provider_unreachable', /could not be reached/],
};

for (const [name, [code, words]] of Object.entries(REFUSED)) {
  test(`a key that is ${name} is not stored, and what to do stands below it`, async () => {
    const { refId, widget, close } = await customer();
    const { error, alert } = await widget.refused(`sk-byo-test-${name}-1`);
    assert.deepEqual([error.code, error.verdict], [code, name]);
    assert.match(alert, words);
    assert.deepEqual(await stage.project.test.keys(`?refId=${refId}`), []);
    await close();
  });
}

test('the form offers a key for every verdict there is', async () => {
  const { widget, close } = await customer();
  await widget.ready();
  const offered = await widget.part('test-key').allInnerTexts();
  assert.deepEqual(offered.map((name) => name.replace('-', '_')).sort(), Object.keys(VERDICTS).filter((verdict) => verdict !== 'of_tomorrow').sort());
  for (const name of offered) {
    await widget.host.getByRole('button', { name, exact: true }).click();
    const { event } = await widget.press('test');
    assert.equal(event.detail.verdict, name.replace('-', '_'));
  }
  await close();
});

/** Somebody new on the product's settings page. */
async function customer(options) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  return { refId, ...(await stage.visit(stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' }), options)) };
}
