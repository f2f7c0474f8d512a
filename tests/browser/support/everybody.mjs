// States of the widget, each at both widths, in both shades, in every language and mirrored: everything has its room, axe finds
// nothing, and a picture is kept.
import { after, before, test } from 'node:test';
import { assertAccessible } from './axe.mjs';
import { DESKTOP, PHONE } from './chromium.mjs';
import { assertRoom } from './room.mjs';
import { Scene } from './scene.mjs';
import { keepPicture, SHADES, show, SIZES } from './screenshots.mjs';
import { setStage } from './stage.mjs';

/** Each language once under axe, and with them each width in each shade. */
const HEARD = [
  ['en', PHONE, 'light'],
  ['de', PHONE, 'dark'],
  ['es', DESKTOP, 'dark'],
  ['ja', DESKTOP, 'light'],
];
/** Pictures of the other languages are for who asks for them: they double the time. */
const ALL_PICTURES = Boolean(process.env.BYO_TEST_LONG);

/** Makes a test of each state. They share a tab, which is given once the first one runs. */
export function testForEverybody(states) {
  const shared = {};
  before(async () => {
    shared.stage = await setStage();
    shared.tab = await Scene.open(shared.stage, {});
  });
  after(() => shared.stage?.strike());
  for (const [name, { prepare, ...state }] of Object.entries(states)) {
    test(`${name} can be read by everybody`, async () => {
      const scene = prepare ? await Scene.open(shared.stage, { prepare }) : shared.tab;
      await assertForEverybody(scene, name, state);
      if (prepare) await scene.close();
    });
  }
  return shared;
}

async function assertForEverybody(scene, name, { mute, shades = SHADES, ...way }) {
  await scene.play(way);
  const { page } = scene;
  for (const size of SIZES) {
    for (const shade of shades) {
      await show(page, size, shade);
      await assertRoom(page, `${name} at ${size.width} px`);
      await keepPicture(page, `state-${name}`, size, shade);
    }
  }
  const speaks = !mute && !way.tag;
  for (const [language, size, shade] of HEARD.filter(([, , shade]) => shades.includes(shade))) {
    await show(page, size, shade);
    if (speaks) await scene.speak(language);
    await assertAccessible(page, `${name} in ${language} at ${size.width} px, ${shade}`);
  }
  const [shade] = shades;
  const small = async (variant) => {
    await assertRoom(page, `${name}, ${variant}`);
    if (ALL_PICTURES) await keepPicture(page, `words-${name}-${variant}`, PHONE, shade);
  };
  await show(page, PHONE, shade);
  for (const language of speaks ? ['de', 'es', 'ja'] : []) {
    await scene.speak(language);
    await small(language);
  }
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  if (speaks) await scene.speak('en');
  await small('mirrored');
}
