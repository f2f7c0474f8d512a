// What a page puts above and below the field, which stands there whichever way the field is shown.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setFrameStage } from './support/frame.mjs';
import { STRICT_POLICY } from './support/product.mjs';

/** For a field in the page and for one in a frame. */
const BOTH = `${STRICT_POLICY}; frame-src {byo}`;

/** A frame reaches out of its place by this much, so that focus rings are not cut off. Pixels. */
const RINGS = 5;
let stage;

before(async () => {
  stage = await setFrameStage();
});
after(() => stage?.strike());

for (const inline of [true, false]) {
  test(`${inline ? 'inline' : 'isolated'}: what the page brings stands above and below the field, and nothing takes room without it`, async () => {
    const { widget, close } = await stage.customer({ inline });
    await widget.part('input').waitFor();
    const [whole, alone] = await widget.host.evaluate((element) =>
      [element, element.shadowRoot.querySelector('iframe, [part=root]')].map((node) => node.getBoundingClientRect().toJSON()),
    );
    assert.ok(whole.height < alone.height + 1, `${whole.height} ${alone.height}`);

    await widget.host.evaluate((element) => {
      for (const slot of ['footer', 'header']) {
        const node = document.createElement('p');
        Object.assign(node, { slot, textContent: `The page’s ${slot}` });
        element.append(node);
      }
    });
    const [header, field, footer] = await widget.host.evaluate((element) =>
      [element.querySelector('[slot=header]'), element.shadowRoot.querySelector('iframe, [part=root]'), element.querySelector('[slot=footer]')].map(
        (node) => node.getBoundingClientRect().toJSON(),
      ),
    );
    assert.ok(header.bottom <= field.top + RINGS, 'above');
    assert.ok(footer.top >= field.bottom - RINGS, 'below');
    await close();
  });
}

test('what the page brings stays where it is when the field goes into a frame', async () => {
  const { widget, close } = await stage.customer({ inline: true, policy: BOTH });
  await widget.part('input').waitFor();
  await widget.host.evaluate((element) => {
    const node = document.createElement('p');
    Object.assign(node, { slot: 'footer', textContent: 'The page’s footer' });
    element.append(node);
    element.isolated = true;
  });
  await widget.host.locator('iframe').contentFrame().locator('[part="input"]').waitFor();
  const [frame, footer] = await widget.host.evaluate((element) =>
    [element.shadowRoot.querySelector('iframe'), element.querySelector('[slot=footer]')].map((node) => node.getBoundingClientRect().toJSON()),
  );
  assert.ok(footer.top >= frame.bottom - RINGS);
  await close();
});
