// A key that is left lying, with the browser's clock in the test's hands.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-1';
let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('a key that is typed and left is forgotten ten minutes after the last stroke, and the field says so', async () => {
  const { page, widget, close } = await customer();
  await widget.type('sk-byo-test');
  await page.clock.fastForward('09:59');
  await widget.type('-valid-1');
  await page.clock.fastForward('09:59');
  assert.equal(await widget.input.inputValue(), KEY);
  assert.equal(await widget.state(), 'typing');
  await page.clock.fastForward('00:01');
  assert.equal(await widget.input.inputValue(), '');
  assert.equal(await widget.state(), 'idle');
  assert.match(await widget.part('status').innerText(), /forgotten/i);

  // Nothing of it is left to happen to what is connected then.
  await widget.connect(KEY);
  await page.clock.fastForward('10:00');
  assert.equal(await widget.state(), 'connected');
  await close();
});

test('a key that was tested and left is forgotten ten minutes after the test', async () => {
  const { page, widget, close } = await customer();
  await widget.type(KEY);
  await page.clock.fastForward('09:00');
  await widget.press('test');
  await page.clock.fastForward('09:00');
  assert.equal(await widget.state(), 'typing');
  await page.clock.fastForward('01:00');
  assert.equal(await widget.state(), 'idle');
  assert.match(await widget.part('status').innerText(), /forgotten/i);
  assert.equal(await widget.host.evaluate((element) => element.connect().catch(({ code }) => code)), 'key_missing');
  await close();
});

test('a key is forgotten where nothing but the field could be loaded, too', async () => {
  const { page, widget, close } = await visit({ 'publishable-key': stage.project.test.publishableKey, 'ref-id': stage.customer() });
  await widget.ready();
  await page.route('**/connect/*.js', (route) => route.abort());
  await widget.type(KEY);
  await page.clock.fastForward('10:00');
  assert.equal(await widget.input.inputValue(), '');
  await close();
});

/** Somebody new on the product's page. */
async function customer() {
  const { token } = await stage.project.test.session(stage.customer());
  return visit({ 'session-token': token });
}

/** A page whose clock can be put forward. */
function visit(attributes) {
  return stage.visit(stage.product.page({ provider: 'openai', ...attributes }), { prepare: (page) => page.clock.install() });
}
