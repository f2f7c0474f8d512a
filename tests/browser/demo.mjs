// `cargo xtask demo --headless`: the demo driven through Chromium, first on the simulator, then live.
import { startAimock } from './support/aimock.mjs';
import { launch } from './support/chromium.mjs';
import { startDemo } from './support/demo.mjs';
import { required } from './support/environment.mjs';
import { LIVE_KEYS, TEST_KEYS, walk } from './support/walk.mjs';

const PASSES = [
  { title: 'Test environment, publishable key, simulator', mode: 'test', keys: TEST_KEYS, pictures: 'demo-test' },
  { title: 'Test environment, connect session, simulator', mode: 'test-session', keys: TEST_KEYS },
  { title: 'Live environment, connect session, @copilotkit/aimock over HTTP', mode: 'live', keys: LIVE_KEYS, pictures: 'demo-live' },
];

const opened = [];
try {
  const aimock = await startAimock({ keys: [LIVE_KEYS.right] });
  opened.push(aimock.stop);
  const [browser, demo] = await Promise.all([launch(), startDemo({ env: aimock.env })]);
  opened.push(() => browser.close(), demo.stop);
  for (const { title, ...pass } of PASSES) {
    console.log(`\n${title}`);
    await walk(browser, demo, { ...pass, step });
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
