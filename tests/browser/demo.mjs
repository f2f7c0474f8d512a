// `cargo xtask demo --headless`: the demo driven through Chromium, first on the simulator, then live.
import { startAimock } from './support/aimock.mjs';
import { launch } from './support/chromium.mjs';
import { startDemo } from './support/demo.mjs';
import { required } from './support/environment.mjs';
import { LIVE_KEYS, WALKS, walk } from './support/walk.mjs';

const opened = [];
try {
  const aimock = await startAimock({ keys: [LIVE_KEYS.right] });
  opened.push(aimock.stop);
  const [browser, demo] = await Promise.all([launch(), startDemo({ env: aimock.env })]);
  opened.push(() => browser.close(), demo.stop);
  for (const { title, ...way } of WALKS) {
    console.log(`\n${title}`);
    await walk(browser, demo, { ...way, step });
  }
  console.log(`\nScreenshots: ${required('BYO_SCREENSHOTS')}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const close of opened.reverse()) await close();
}

async function step(words, action) {
  const started = performance.now();
  try {
    await action();
  } catch (error) {
    console.log(`✗ ${words}`);
    throw error;
  }
  console.log(`✓ ${words} (${((performance.now() - started) / 1000).toFixed(2)} s)`);
}
