// Pages to read, as people with small and large screens, in light and dark, come upon them.
import { assertAccessible } from './axe.mjs';
import { assertRoom } from './room.mjs';
import { keepPicture, SHADES, show, SIZES } from './screenshots.mjs';

/** Keeps what the console says that it should not. To be called before the page is opened. */
export function overhear(page) {
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  return complaints;
}

/** At each width and in each shade: everything has its room, axe is content, and a picture is kept. */
export async function assertReadable(page, name) {
  for (const size of SIZES) {
    for (const shade of SHADES) {
      await show(page, size, shade);
      const state = `${name} at ${size.width} px, ${shade}`;
      await assertRoom(page, state);
      await assertAccessible(page, state);
      await keepPicture(page, name, size, shade);
    }
  }
}
