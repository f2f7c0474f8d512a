// The states in which a key is entered, or cannot be. Those of a connected one are in every-state-connected.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from './support/axe.mjs';
import { PHONE } from './support/chromium.mjs';
import { testForEverybody } from './support/everybody.mjs';
import { assertRoom } from './support/room.mjs';
import { show } from './support/screenshots.mjs';
import { BADGES } from './support/states/badge.mjs';
import { ENTERING } from './support/states/enter.mjs';
import { FAILING } from './support/states/fail.mjs';

const shared = testForEverybody({ ...ENTERING, ...FAILING, ...BADGES });

/** What would be seen of it, by what is done to a part. */
const CRAMPED = {
  'wider than the screen': ['submit', { minWidth: '400px' }],
  'runs out of <button submit>': ['submit', { maxWidth: '60px', minWidth: '0', flex: 'none', whiteSpace: 'nowrap' }],
  'is cut off by <p hint>': ['hint', { height: '8px', overflow: 'clip' }],
  'lies on <input input>': ['hint', { marginTop: '-30px' }],
  'and has': ['input', { maxWidth: '76px' }],
};

for (const [fault, [part, style]] of Object.entries(CRAMPED)) {
  test(`what ${fault} would be seen`, async () => {
    const { page, widget } = await idle();
    await show(page, PHONE, 'light');
    await assertRoom(page, 'before');
    await widget.part(part).evaluate((node, style) => Object.assign(node.style, style), style);
    await assert.rejects(assertRoom(page, 'after'), ({ message }) => message.includes(fault));
  });
}

test('letters that are hardly darker than the page would be seen', async () => {
  const { page, widget } = await idle();
  await widget.host.locator('label[for="key"]').evaluate((node) => (node.style.color = '#bbb'));
  await assert.rejects(assertAccessible(page, 'pale'), /color-contrast/);
});

async function idle() {
  await shared.tab.play(ENTERING.idle);
  return shared.tab;
}
