// Every state of the demo, and pictures of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAimock } from './support/aimock.mjs';
import { launch } from './support/chromium.mjs';
import { DemoPage, startDemo } from './support/demo.mjs';
import { photograph } from './support/screenshots.mjs';
import { LIVE_KEYS, TEST_KEYS, WALKS, walk } from './support/walk.mjs';

let aimock, browser, demo;

before(async () => {
  aimock = await startAimock({ keys: [LIVE_KEYS.right] });
  [browser, demo] = await Promise.all([launch(), startDemo({ env: aimock.env })]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
  await aimock?.stop();
});

for (const { title, ...way } of WALKS) {
  test(`a right key connects and a wrong one is refused: ${title}`, (t) => walk(browser, demo, { ...way, step: subtest(t) }));
}

test('a key of the simulator means nothing to a live provider', async () => {
  const visit = await DemoPage.open(browser, demo, 'live');
  const { error } = await visit.widget.refused(TEST_KEYS.right);
  assert.equal(error.code, 'key_rejected');
  await visit.close();
});

test('a customer who comes back finds the key connected, replaces it and disconnects it', async () => {
  const visit = await DemoPage.open(browser, demo, 'test-session');
  const { fingerprint } = await visit.widget.connect('sk-byo-test-valid-first');
  await visit.webhook('key.connected');

  await visit.page.reload();
  await visit.ready();
  await visit.widget.part('replace').click();
  await photograph(visit.page, 'demo-session-replacing');
  const replaced = await visit.widget.connect('sk-byo-test-no-quota-second');
  assert.notEqual(replaced.fingerprint, fingerprint);
  assert.equal(replaced.verdict, 'no_quota');
  await visit.webhook('key.rotated');
  await photograph(visit.page, 'demo-session-no-quota');

  await visit.widget.part('disconnect').click();
  await photograph(visit.page, 'demo-session-asking');
  await visit.widget.part('word').fill('openai');
  const { event } = await visit.widget.press('confirm');
  assert.equal(event.name, 'disconnected');
  await visit.webhook('key.revoked');
  await visit.page.locator('#feature[data-on="false"]').waitFor();
  await photograph(visit.page, 'demo-session-disconnected');
  await visit.close();
});

test('a webhook that nobody signed is shown as refused', async () => {
  const visit = await DemoPage.open(browser, demo, 'test');
  const answer = await fetch(`${demo.url}/webhooks/byo`, { method: 'POST', body: '{"type":"key.connected"}' });
  assert.equal(answer.status, 401);
  const entry = visit.page.locator('#events > li[data-verified="false"]');
  await entry.waitFor();
  assert.equal(await visit.feature.getAttribute('data-on'), 'false');
  await photograph(visit.page, 'demo-refused-webhook');
  await visit.close();
});

/** A step as a test of its own; one that fails ends the walk. */
function subtest(t) {
  return async (words, action) => {
    let failure;
    await t.test(words, () =>
      Promise.resolve(action()).catch((error) => {
        failure = error;
        throw error;
      }),
    );
    if (failure) throw failure;
  };
}
