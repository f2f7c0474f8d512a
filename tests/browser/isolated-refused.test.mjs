// Where an isolated field cannot be: it says so, and is never in the page instead.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ISOLATED_POLICY, loadError, setFrameStage, speak, until } from './support/frame.mjs';
import { field } from './support/pages.mjs';

const KEY = 'sk-byo-test-valid-1';
let stage;

before(async () => {
  stage = await setFrameStage();
});
after(() => stage?.strike());

test('a frame that does not answer in ten seconds is told as such, and the field never comes into the page instead', async () => {
  for (const [why, policy] of [['a policy without frame-src', ISOLATED_POLICY.replace('frame-src {byo}; ', '')], ['an answer that never comes', undefined]]) {
    const visit = await stage.customer({
      policy,
      prepare: async (page) => {
        await page.clock.install();
        if (!policy) await page.route('**/frame?*', () => {});
      },
    });
    const { page, widget, close } = visit;
    await widget.host.locator('iframe').waitFor({ state: 'attached' });
    const acted = widget.host.evaluate((element) => element.connect().catch(({ code, type }) => [code, type]));
    await page.clock.runFor(9_000);
    assert.deepEqual(await widget.events(), [], why);
    assert.match((await page.evaluate(() => violations)).join(), policy ? /frame-src/ : /^$/);
    await page.clock.runFor(1_100);
    assert.equal(await loadError(visit), 'frame_timeout', why);
    assert.deepEqual(await acted, ['frame_timeout', 'network']);
    assert.equal(await widget.state(), 'error');
    assert.match(await page.locator('byo-connect [part="error"]').innerText(), /frame/);
    assert.equal(await page.locator('byo-connect input').count(), 0);
    await close();
  }
});

test('a frame that answers late is taken, and what was said to be wrong is taken back', async () => {
  let answer;
  const held = new Promise((resolve) => (answer = resolve));
  const visit = await stage.customer({
    prepare: async (page) => {
      await page.clock.install();
      await page.route('**/frame.js', async (route) => {
        await held;
        await route.continue();
      });
    },
  });
  const { page, widget, close } = visit;
  await widget.host.locator('iframe').waitFor({ state: 'attached' });
  await page.clock.runFor(10_100);
  assert.equal(await loadError(visit), 'frame_timeout');
  await page.clock.resume();
  answer();
  await widget.connect(KEY);
  assert.equal(await page.locator('byo-connect > *, byo-connect [part="error"]').first().innerText(), '');
  await close();
});

test('a page whose language there are words for is told in them what went wrong', async () => {
  const visit = await stage.customer({ attributes: { mode: 'popup', locale: 'de' } });
  assert.equal(await loadError(visit), 'mode_unsupported');
  await visit.page.locator('byo-connect [part="error"]', { hasText: 'Diese Seite ist nicht richtig eingerichtet' }).waitFor();
  await visit.close();
});

test('a page and a frame of different versions do not try', async () => {
  const visit = await stage.customer({
    prepare: (page) => page.route('**/frame.js', (route) => route.fulfill({
      contentType: 'text/javascript',
      body: 'addEventListener("message", ({ ports: [port] }) => port?.postMessage({ t: "ready", v: 2 }))',
    })),
  });
  assert.equal(await loadError(visit), 'frame_protocol');
  assert.equal(await visit.page.locator('byo-connect iframe').count(), 0);
  await visit.close();

  // And the frame, spoken to by a page of tomorrow, or by one that is not in order.
  const { page, close } = await stage.visit(stage.pages.put('<main></main>'));
  const { token } = await stage.project.test.session(stage.refId());
  for (const [v, more, answer] of [[2, {}, 1], [1, { unknown: true }, 0], [1, { token: 1 }, 0], ['1', {}, 1]]) {
    await page.evaluate(speak, { byo: stage.server.url, token });
    assert.deepEqual(await page.evaluate(([v, more]) => raw.greet(more, v), [v, more]), [{ t: 'ready', v: answer }]);
    assert.equal(await page.locator('iframe').last().contentFrame().locator('input').count(), 0);
  }
  await close();
});

test('a byo server on the page’s own origin is refused: it would be no protection', async () => {
  const { token } = await stage.project.test.session(stage.refId());
  const visit = await stage.visit(stage.page({ 'session-token': token, 'base-url': stage.origin, provider: 'openai' }));
  assert.equal(await loadError(visit), 'isolated_same_origin');
  assert.equal(await visit.page.locator('byo-connect iframe').count(), 0);
  assert.equal(await visit.widget.host.evaluate((element) => element.connect().catch(({ code }) => code)), 'isolated_same_origin');
  await visit.close();
});

test('an origin that the token may not be used on cannot frame it, alone or around one that can', async () => {
  const listed = stage.pages.put(field(stage.server.url, await session()));
  const unlisted = stage.pages.put(field(stage.server.url, await session()), { host: 'other.localhost' });
  const around = stage.pages.put(`<iframe src="${listed}" style="width: 400px; height: 600px"></iframe>`, { host: 'other.localhost' });
  const within = stage.pages.put(`<iframe src="${listed}" style="width: 400px; height: 600px"></iframe>`);

  const alone = await stage.visit(unlisted, { prepare: (page) => page.clock.install() });
  await refusedToFrame(alone.page);
  assert.equal(await loadError(alone), 'frame_timeout');
  await alone.close();

  const nested = await stage.visit(around, { prepare: (page) => page.clock.install() });
  const middle = nested.page.frames().find((frame) => frame.url() === listed);
  await refusedToFrame(nested.page, middle);
  await middle.waitForFunction(() => byoEvents.some(({ detail }) => detail.code === 'frame_timeout'));
  await nested.close();

  // The same two deep, where everybody around it is listed.
  const { page, close } = await stage.visit(within);
  const field_ = page.frameLocator('iframe').locator('byo-connect').locator('iframe').contentFrame();
  await field_.locator('[part="input"]').click();
  await page.keyboard.type(KEY);
  await field_.locator('[part="submit"]').click();
  await field_.locator('[part="heading"]', { hasText: 'connected' }).waitFor();
  await close();
});

test('the frame is shown to nobody for a token that is none, has ended or is not the page’s', async () => {
  const visit = await stage.visit(stage.page({ 'session-token': `byo_cs_test_${'x'.repeat(49)}`, provider: 'openai' }), { prepare: (page) => page.clock.install() });
  await refusedToFrame(visit.page);
  assert.equal(await loadError(visit), 'frame_timeout');
  await visit.close();
});

test('the frame opened as a page of its own, or by nobody, does nothing', async () => {
  const { token } = await stage.project.test.session(stage.refId());
  const { page, close } = await stage.visit(stage.pages.put('<main></main>'));
  await page.evaluate(speak, { byo: stage.server.url, token });
  const src = await page.locator('iframe').getAttribute('src');
  await page.goto(src);
  await page.evaluate(async () => {
    const { port1, port2 } = new MessageChannel();
    globalThis.heard = [];
    port1.onmessage = ({ data }) => heard.push(data);
    postMessage({ t: 'init', v: 1, config: {} }, '*', [port2]);
    await new Promise((resolve) => {
      addEventListener('message', ({ data }) => data === 'last' && resolve());
      postMessage('last', '*');
    });
  });
  assert.deepEqual(await page.evaluate(() => [heard.length, document.body.childElementCount]), [0, 0]);
  await close();
});

/** The attributes of an isolated field, for somebody new. */
async function session() {
  const { token } = await stage.project.test.session(stage.refId());
  return { 'session-token': token, provider: 'openai', isolated: '' };
}

/** Waits until the browser has kept the frame out, and until the widget has waited long enough. */
async function refusedToFrame(page, around = page.mainFrame()) {
  // What stands in the frame then is the browser's own.
  await until(() => around.childFrames().some((frame) => frame.url().startsWith('chrome-error:')));
  await page.clock.runFor(10_100);
}
