// A page on which something has put members on `Object.prototype`, as a careless parser of a query string does.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setFrameStage } from './support/frame.mjs';
import { setStage } from './support/stage.mjs';

const EVIL = 'https://evil.example';
const LEFT_BEHIND = {
  ...{ baseUrl: EVIL, baseURL: EVIL, providerConfig: { baseUrl: EVIL }, config: { baseURL: EVIL, token: 'byo_pk_test_evil' } },
  ...{ refId: 'evil', keyName: 'evil', name: 'evil', region: 'evil', wireApi: 'responses', azure: { apiVersion: 'evil' }, trustRoot: 'evil' },
  ...{ providerConfigs: { openai: { baseUrl: EVIL } }, openai: { baseUrl: EVIL } },
};
let stage;
let framed;

before(async () => {
  [stage, framed] = await Promise.all([setStage(), setFrameStage()]);
});
after(() => Promise.all([stage?.strike(), framed?.strike()]));

test('the element posts what the page gave it, to where the page said', async () => {
  const refId = stage.customer();
  await connects(refId, { 'publishable-key': stage.project.test.publishableKey, 'ref-id': refId }, { label: 'Your key' });
});

test('and so it does in a session, which fixes nothing', async () => {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  await connects(refId, {}, { sessionToken: token });
});

test('an isolated field stays in the frame that the page said', async () => {
  const { page, widget, close } = await framed.customer();
  await widget.type('sk-byo-test-valid-1');
  const before = await widget.host.locator('iframe').getAttribute('src');
  await page.evaluate((config) => Object.assign(Object.prototype, { config }), LEFT_BEHIND.config);
  const { state } = await widget.outcome(() => widget.host.evaluate((element) => element.connect().then(() => undefined)));
  assert.equal(state, 'connected');
  assert.equal(await widget.host.locator('iframe').getAttribute('src'), before);
  await close();
});

/** Opens a page, pollutes it, sets these properties, connects a key, and sees what was sent where. */
async function connects(refId, attributes, properties) {
  const { page, widget, close } = await stage.visit(stage.product.page({ provider: 'openai', ...attributes }));
  const asked = [];
  page.on('request', (request) => request.url().includes('/v1/') && asked.push([new URL(request.url()).origin, request.postDataJSON()]));
  await widget.ready();
  await page.evaluate((members) => Object.assign(Object.prototype, members), LEFT_BEHIND);
  await widget.type('sk-byo-test-valid-1');
  // By the page and not by the button: each of the two is a message to the panel.
  const { state } = await widget.outcome(() =>
    widget.host.evaluate((element, properties) => {
      Object.assign(element, properties);
      return element.connect().then(() => undefined);
    }, properties),
  );
  assert.equal(state, 'connected', await widget.alert());
  assert.deepEqual([...new Set(asked.map(([origin]) => origin))], [stage.server.url]);
  const posted = asked.map(([, body]) => body).filter(Boolean);
  assert.deepEqual(posted.map(({ sealedKey, ...clear }) => clear), [{ provider: 'openai', refId }]);
  await close();
}
