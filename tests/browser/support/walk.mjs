// The demo from beginning to end, for its headless run and for the tests: the same steps, told through `step`.
import assert from 'node:assert/strict';
import { DemoPage } from './demo.mjs';
import { photograph } from './screenshots.mjs';
import { found } from './secret.mjs';

const SIGNATURES = { 'X-BYO-Signature': 'true', 'Standard Webhooks': 'true' };

/** The simulator's keys for the test environment. */
export const TEST_KEYS = { right: 'sk-byo-test-valid-demo', wrong: 'sk-byo-test-rejected-demo' };
/** Keys for the live environment: the provider at hand must know the first and only that. */
export const LIVE_KEYS = { right: 'sk-live-7f3a9c21d4e84b06', wrong: 'sk-live-0000000000000000' };

/** Every way through the demo, and the states of it that are worth a picture. */
export const WALKS = [
  {
    title: 'Test environment, publishable key, simulator',
    mode: 'test',
    keys: TEST_KEYS,
    pictures: ['empty', 'typing', 'connected', 'rejected'],
  },
  { title: 'Test environment, connect session, simulator', mode: 'test-session', keys: TEST_KEYS, pictures: [] },
  {
    title: 'Live environment, connect session, @copilotkit/aimock over HTTP',
    mode: 'live',
    keys: LIVE_KEYS,
    pictures: ['connected'],
  },
];

/**
 * Connects a key as one customer and has a wrong one refused as the next. `step(words, action)` runs each step;
 * `pictures` are the states to photograph: empty, typing, connected, rejected.
 */
export async function walk(browser, demo, { mode, keys, pictures, step }) {
  const picture = async (page, state) => {
    if (pictures.includes(state)) await photograph(page, `demo-${mode}-${state}`);
  };
  let visit;
  try {
    await step('the page opens and the backend listens', async () => {
      visit = await DemoPage.open(browser, demo, mode);
      assert.equal(await visit.feature.getAttribute('data-on'), 'false');
      await picture(visit.page, 'empty');
    });
    await step('a customer types a key', async () => {
      await visit.widget.type(keys.right);
      assert.equal(await visit.widget.state(), 'typing');
      await picture(visit.page, 'typing');
    });
    await step('Connect seals it, sends it and says that it is connected', async () => {
      const { state } = await visit.widget.press('submit');
      assert.equal(state, 'connected', await visit.widget.alert());
      assert.match(await visit.widget.part('heading').innerText(), /connected/);
    });
    await step('what went over the wire holds the sealed key and not the key', async () => {
      const shown = await visit.sealedRequest(200);
      assert.match(shown, /ciphertext/);
      assert.deepEqual(found(keys.right, shown), []);
    });
    await step('the backend gets the webhook, and both of its signatures verify', async () => {
      assert.deepEqual(await visit.webhook('key.connected'), SIGNATURES);
      await visit.page.locator('#feature[data-on="true"]').waitFor();
      await visit.page.locator('#journey li[data-step="tell"][data-state="done"]').waitFor();
      await picture(visit.page, 'connected');
    });
    await step('a new customer has nothing connected', async () => {
      await visit.newCustomer();
      assert.equal(await visit.feature.getAttribute('data-on'), 'false');
      assert.deepEqual(await visit.webhooks(), []);
    });
    await step('a key that the provider does not know is refused, in words', async () => {
      const { error, alert } = await visit.widget.refused(keys.wrong);
      assert.equal(error.code, 'key_rejected');
      assert.match(alert, /does not (know|accept) this key/);
      assert.deepEqual(found(keys.wrong, alert), []);
    });
    await step('the backend hears of the refusal, and of nothing connected', async () => {
      assert.deepEqual(await visit.webhook('key.validation_failed'), SIGNATURES);
      assert.deepEqual(await visit.webhooks(), ['key.validation_failed']);
      assert.equal(await visit.feature.getAttribute('data-on'), 'false');
      await picture(visit.page, 'rejected');
    });
    await step('the page had nothing to complain of', () => {
      // Browsers log every answer above 399 as an error; the refusal of the wrong key is one.
      const others = visit.complaints.filter((text) => !/status of 422/.test(text));
      assert.deepEqual(others, []);
    });
  } finally {
    await visit?.close();
  }
}
