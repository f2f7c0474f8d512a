// Pictures of a page as it stands, at every width and in every shade that people use.
import { join } from 'node:path';
import { DESKTOP, PHONE } from './chromium.mjs';
import { required } from './environment.mjs';

const VIEWPORTS = { desktop: DESKTOP, phone: PHONE };
const SHADES = ['light', 'dark'];

/** Takes `{name}-{viewport}-{shade}.png` of the whole page, and leaves it as it was. */
export async function photograph(page, name) {
  for (const [viewport, size] of Object.entries(VIEWPORTS)) {
    await page.setViewportSize(size);
    for (const shade of SHADES) {
      await page.emulateMedia({ colorScheme: shade, reducedMotion: 'reduce' });
      const path = join(required('BYO_SCREENSHOTS'), `${name}-${viewport}-${shade}.png`);
      await page.screenshot({ path, fullPage: true, animations: 'disabled' });
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize(DESKTOP);
}
