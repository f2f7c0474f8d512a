// Everything a customer can do with a connected key, with the keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setStage } from './support/stage.mjs';

let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('connect by Enter, look at the models, check, replace, and disconnect by typing', async () => {
  const { page, widget, close } = await customer();
  const press = (key) => page.keyboard.press(key);
  await widget.ready();
  await tabTo(page, 'input');
  await page.keyboard.type('sk-byo-test-valid-1');
  assert.equal((await widget.outcome(() => press('Enter'))).event.name, 'connected');

  await tabTo(page, 'models-toggle');
  await press('Enter');
  assert.equal(await widget.part('models').locator('li').first().isVisible(), true);

  await tabTo(page, 'check');
  assert.equal((await widget.outcome(() => press('Space'))).event.name, 'tested');
  assert.equal(await focus(page), 'check', 'the focus stays on what was pressed');

  await tabTo(page, 'replace', 'Shift+Tab');
  await press('Enter');
  assert.equal(await focus(page), 'input');
  await page.keyboard.type('sk-byo-test-valid-2');
  assert.equal((await widget.outcome(() => press('Enter'))).event.name, 'rotated');
  assert.equal(await focus(page), 'heading');

  await tabTo(page, 'disconnect');
  await press('Enter');
  assert.equal(await focus(page), 'word');
  await press('Enter');
  assert.match(await widget.part('wrong').innerText(), /not openai/);
  assert.equal(await focus(page), 'word');
  await page.keyboard.type('openai');
  assert.equal((await widget.outcome(() => press('Enter'))).event.name, 'disconnected');
  assert.equal(await focus(page), 'input', 'the focus goes to where a new key is typed');
  await close();
});

test('Escape leaves the question, and Keep it gives the focus back to where it came from', async () => {
  const { page, widget, close } = await customer();
  const press = (key) => page.keyboard.press(key);
  await widget.connect('sk-byo-test-valid-1');
  await tabTo(page, 'disconnect');
  await press('Enter');
  await page.keyboard.type('openai');
  await press('Escape');
  assert.equal(await focus(page), 'heading');
  assert.equal(await widget.state(), 'connected');
  await tabTo(page, 'disconnect');
  await press('Enter');
  await tabTo(page, 'keep');
  await press('Enter');
  assert.equal(await focus(page), 'disconnect');
  await close();
});

test('nothing that is hidden takes the focus', async () => {
  const { page, widget, close } = await customer();
  await widget.connect('sk-byo-test-valid-1');
  const seen = [];
  for (let n = 0; n < 12; n += 1) {
    await page.keyboard.press('Tab');
    seen.push(await focus(page));
  }
  for (const part of ['word', 'confirm', 'keep', 'input', 'submit', 'cancel', 'forget', 'switch', 'reveal', 'retry']) assert.ok(!seen.includes(part), part);
  assert.ok(seen.includes('check') && seen.includes('disconnect') && seen.includes('revert'));
  await close();
});

test('what is loaded on first focus shows nothing of itself before its time', async () => {
  const attributes = { 'publishable-key': stage.project.test.publishableKey, 'ref-id': stage.customer(), provider: 'openai' };
  const { widget, close } = await stage.visit(stage.product.page(attributes));
  await widget.input.focus();
  await widget.part('cancel').waitFor({ state: 'attached' });
  for (const part of ['cancel', 'forget', 'switch', 'panel', 'reveal', 'mode', 'fixed', 'retry', 'revert']) assert.equal(await widget.part(part).isVisible(), false, part);
  await close();
});

/** Presses Tab until this part has the focus; twenty times at most. */
async function tabTo(page, wanted, key = 'Tab') {
  const passed = [];
  for (let n = 0; n < 20; n += 1) {
    await page.keyboard.press(key);
    const part = await focus(page);
    if (part === wanted) return;
    passed.push(part);
  }
  assert.fail(`${key} does not lead to ${wanted} but to ${passed.join(', ')}`);
}

/** The part that has the focus, within shadow trees too. */
function focus(page) {
  return page.evaluate(() => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    return node?.getAttribute('part');
  });
}

/** Somebody new on the product's settings page. */
async function customer() {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  return stage.visit(stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' }));
}
