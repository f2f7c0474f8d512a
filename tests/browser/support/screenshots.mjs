// Pictures of a page as it stands, at every width and in every shade that people use.
import { join } from 'node:path';
import { shown } from './axe.mjs';
import { DESKTOP, PHONE } from './chromium.mjs';
import { required } from './environment.mjs';

export const SIZES = [PHONE, DESKTOP];
export const SHADES = ['light', 'dark'];

/** Shows the page at this size, in this shade, and waits until it is drawn so. */
export async function show(page, size, shade) {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: shade, reducedMotion: 'reduce' });
  for (const frame of shown(page)) await drawn(frame, shade);
}

/** Keeps `{name}-{width}-{shade}.png` of the whole page, as it is shown. */
export async function keepPicture(page, name, { width }, shade) {
  const path = join(required('BYO_SCREENSHOTS'), `${name}-${width}-${shade}.png`);
  await page.screenshot({ path, fullPage: true, animations: 'disabled' });
}

/** Takes pictures at every size and in every shade, and leaves the page as it was. */
export async function photograph(page, name) {
  for (const size of SIZES) {
    for (const shade of SHADES) {
      await show(page, size, shade);
      await keepPicture(page, name, size, shade);
    }
  }
  await show(page, DESKTOP, 'light');
}

/** A new shade comes with a later frame, and some colours pass over to it. */
function drawn(frame, shade) {
  return frame.evaluate(async (wanted) => {
    const frame = () => new Promise(requestAnimationFrame);
    while (!matchMedia(wanted).matches) await frame();
    await frame();
    await frame();
    const passing = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(passing.map(({ finished }) => finished));
  }, `(prefers-color-scheme: ${shade})`);
}
