// Pages to read, as people with small and large screens, in light and dark, come upon them.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertAccessible } from './axe.mjs';
import { required } from './environment.mjs';

const WIDTHS = [360, 1280];
const SHADES = ['light', 'dark'];

/** Keeps what the console says that it should not. To be called before the page is opened. */
export function overhear(page) {
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  return complaints;
}

/** Waits until the page is drawn in this shade: it comes with a later frame, and some colours pass over to it. */
function drawn(page, shade) {
  return page.evaluate(async (wanted) => {
    const frame = () => new Promise(requestAnimationFrame);
    while (!matchMedia(wanted).matches) await frame();
    await frame();
    await frame();
    const passing = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(passing.map(({ finished }) => finished));
  }, `(prefers-color-scheme: ${shade})`);
}

/** At each width and in each shade: nothing runs out of the page, axe is content, and a picture is kept. */
export async function assertReadable(page, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    for (const shade of SHADES) {
      await page.emulateMedia({ colorScheme: shade, reducedMotion: 'reduce' });
      await drawn(page, shade);
      const state = `${name} at ${width} px, ${shade}`;
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, `${state} is wider than the screen`);
      await assertAccessible(page, state);
      const path = join(required('BYO_SCREENSHOTS'), `${name}-${width}-${shade}.png`);
      await page.screenshot({ path, fullPage: true, animations: 'disabled' });
    }
  }
}
