// For everybody: axe-core on pages around the widget, in both shades, and the whole way with the keyboard alone. For the widget's
// own states there is every-state.test.mjs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible } from './support/axe.mjs';
import { DemoPage, startDemo } from './support/demo.mjs';
import { setStage } from './support/stage.mjs';

let demo, stage;

before(async () => {
  [stage, demo] = await Promise.all([setStage(), startDemo()]);
});
after(async () => {
  await stage?.strike();
  await demo?.stop();
});

for (const theme of ['light', 'dark']) {
  test(`the hosted page has no violations, ready and expired, ${theme}`, async () => {
    const { url } = await stage.project.test.session(stage.customer());
    for (const [state, link] of [['ready', url], ['expired', url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))]]) {
      const { page, close } = await stage.visit(link, { colorScheme: theme });
      await page.locator(`#sheet[data-state="${state}"]`).waitFor();
      await assertAccessible(page, state);
      await close();
    }
  });

  test(`the demo has no violations, empty and connected, ${theme}`, async () => {
    const visit = await DemoPage.open(stage.browser, demo, 'test', { colorScheme: theme });
    await assertAccessible(visit.page, 'empty');
    await visit.widget.connect('sk-byo-test-valid-1');
    await visit.webhook('key.connected');
    await assertAccessible(visit.page, 'connected');
    await visit.close();
  });
}

test('axe finds what is wrong', async () => {
  const { page, close } = await customer({});
  await page.evaluate(() => document.querySelector('main').append(document.createElement('button')));
  await assert.rejects(assertAccessible(page, 'with a button without a name'), /button-name/);
  await close();
});

test('with the keyboard alone: choose, type, connect, disconnect', async () => {
  const { page, widget, close } = await customer({ providers: 'openai anthropic google' });
  await widget.ready();
  const press = (key) => page.keyboard.press(key);
  await tabTo(page, 'radio');
  await press('ArrowRight');
  await tabTo(page, 'key');
  await page.keyboard.type('sk-byo-test-valid-1');
  const { event } = await widget.outcome(() => press('Enter'));
  assert.equal(event.name, 'connected');
  assert.equal(event.detail.provider, 'anthropic');
  assert.equal((await focus(page)).id, 'heading', 'the focus goes to the outcome');

  await tabTo(page, 'disconnect');
  await press('Enter');
  assert.equal((await focus(page)).part, 'word', 'nothing happens but by typing');
  await press('Escape');
  assert.equal((await focus(page)).id, 'heading', 'the focus is not lost');
  await tabTo(page, 'disconnect');
  await press('Enter');
  await page.keyboard.type('anthropic');
  await press('Tab');
  assert.equal((await focus(page)).part, 'confirm');
  assert.equal((await widget.outcome(() => press('Enter'))).event.name, 'disconnected');
  assert.equal((await focus(page)).id, 'key', 'the focus goes to where a new key is typed');
  await close();
});

/** Presses Tab until something with this part, id or type has the focus; twenty times at most. */
async function tabTo(page, wanted) {
  const passed = [];
  for (let n = 0; n < 20; n += 1) {
    await page.keyboard.press('Tab');
    const { id, part, type } = await focus(page);
    if ([id, part, type].includes(wanted)) return;
    passed.push(part ?? id ?? type);
  }
  assert.fail(`Tab does not lead to ${wanted} but to ${passed.join(', ')}`);
}

/** What has the focus, within shadow trees too. */
function focus(page) {
  return page.evaluate(() => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    return { id: node?.id, part: node?.getAttribute('part'), type: node?.type };
  });
}

/** Somebody new on the product's settings page. */
async function customer(attributes, colorScheme = 'light') {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  return stage.visit(stage.product.page({ 'session-token': token, 'ref-id': refId, ...attributes }), { colorScheme });
}
