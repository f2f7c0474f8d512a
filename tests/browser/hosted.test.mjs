// The page behind a session's `url`, for those who come back, for narrow sessions, and for names from right to left.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hold } from './support/hold.mjs';
import { createProject } from './support/project.mjs';
import { assertReadable, overhear } from './support/reading.mjs';
import { setStage } from './support/stage.mjs';

let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('whoever comes back is met by what is connected, and may replace and disconnect it', async () => {
  const refId = stage.customer();
  await stage.project.test.connect(refId, 'sk-byo-test-valid-1');
  const { page, widget, complaints, close } = await visit(refId);
  await title(page, 'Your AI provider for Tideline');
  await page.getByText('You can replace or disconnect it here.').waitFor();
  await assertReadable(page, 'hosted-back');

  await widget.part('replace').click();
  const { id } = await widget.connect('sk-byo-test-valid-2');
  await page.locator('.done', { hasText: 'Replaced. You can close this page.' }).waitFor();
  const { event } = await widget.disconnect();
  assert.equal(event.detail.id, id);
  await page.locator('.done', { hasText: 'Disconnected, and destroyed here.' }).waitFor();
  await title(page, 'Connect your AI provider to Tideline');
  assert.deepEqual(complaints, []);
  await close();
});

test('whoever gives up all of their keys is told that they are gone', async () => {
  const refId = stage.customer();
  await stage.project.test.connect(refId, 'sk-byo-test-valid-1');
  await stage.project.test.connect(refId, 'sk-byo-test-valid-2', 'anthropic');
  const { page, widget, complaints, close } = await visit(refId);
  await widget.part('revert').click();
  await widget.part('word').fill('REVERT');
  assert.equal((await widget.press('confirm')).event.name, 'reverted');
  await page.locator('.done', { hasText: 'All of your keys are disconnected' }).waitFor();
  await title(page, 'Connect your AI provider to Tideline');
  assert.deepEqual(complaints, []);
  await close();
});

test('a session that has done its work sends on to a new one, and not to a reload that would lose it', async () => {
  const refId = stage.customer();
  const { page, widget, close } = await visit(refId);
  await widget.connect('sk-byo-test-valid-1');
  await widget.part('replace').click();
  await widget.connect('sk-byo-test-valid-2');
  await widget.part('replace').click();
  const { error } = await widget.refused('sk-byo-test-valid-3');
  assert.equal(error.code, 'session_spent');
  await page.locator('.done', { hasText: 'ask for a new one where you got it' }).waitFor();
  await close();
});

test('a session that may only test says so', async () => {
  const { page, widget, close } = await visit(stage.customer(), { allow: ['test'] });
  await title(page, 'Test a key for Tideline');
  await widget.type('sk-byo-test-valid-1');
  assert.equal((await widget.press('test')).event.detail.verdict, 'valid');
  await title(page, 'Test a key for Tideline');
  await close();
});

test('a name is text, and keeps its direction to itself', async () => {
  const name = 'שלום <img src=x onerror=alert(1)>';
  const project = await createProject(stage.server, { name });
  const { page, complaints, close } = await visit(stage.customer(), {}, project);
  const shown = page.locator('#title bdi');
  await shown.waitFor();
  assert.equal(await shown.innerText(), name);
  assert.equal(await page.locator('#sheet img').count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test('mirrored, on a phone, nothing runs out of the sheet', async () => {
  const { page, close } = await visit(stage.customer());
  await page.setViewportSize({ width: 360, height: 800 });
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  const { overflow, fromRight } = await page.evaluate(() => {
    const sheet = document.getElementById('sheet').getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(document.getElementById('title'));
    return { overflow: document.documentElement.scrollWidth - innerWidth, fromRight: sheet.right - range.getBoundingClientRect().right };
  });
  assert.equal(overflow, 0);
  assert.ok(fromRight < 32, `the title begins ${fromRight} px from the right`);
  await close();
});

test('whatever stands behind the # leaves the address, and is taken for no session unless it is one', async () => {
  for (const hash of ['#%', '#%E0%A4%A', '#byo_cs_test_%41', '#<b>']) {
    const { page, close } = await stage.visit(`${stage.server.url}/connect${hash}`);
    await page.locator('#sheet[data-state="incomplete"]').waitFor();
    assert.equal(await page.evaluate(() => location.href), `${stage.server.url}/connect`);
    await close();
  }
});

test('a connect that is under way when the session ends is told to its end', async () => {
  const { page, widget, close } = await visit(stage.customer(), {}, stage.project, { clock: true });
  await page.clock.fastForward('14:45');
  await widget.type('sk-byo-test-valid-1');
  const held = hold();
  await page.route('**/v1/keys/connect', held.take);
  await widget.part('submit').click();
  await held.asked;
  await page.clock.fastForward('00:20');
  assert.equal(await page.locator('#sheet').getAttribute('data-state'), 'ready');
  held.release();
  await page.locator('.done', { hasText: 'You can close this page.' }).waitFor();
  await page.clock.fastForward('01:00');
  assert.equal(await widget.state(), 'connected');
  await close();
});

test('one that is refused after the session has ended says that it has', async () => {
  const { page, widget, close } = await visit(stage.customer(), {}, stage.project, { clock: true });
  await page.clock.fastForward('14:45');
  await widget.type('sk-byo-test-rejected-1');
  const held = hold();
  await page.route('**/v1/keys/connect', held.take);
  await widget.part('submit').click();
  await held.asked;
  await page.clock.fastForward('00:20');
  held.release();
  await page.waitForFunction(() => globalThis.byoEvents.length > 0);
  await page.clock.fastForward('00:01');
  await page.locator('#sheet[data-state="expired"]').waitFor();
  await close();
});

test('whoever has disconnected has the field for as long as the session lasts, and no longer', async () => {
  const { page, widget, close } = await visit(stage.customer(), {}, stage.project, { clock: true });
  await widget.connect('sk-byo-test-valid-1');
  await page.locator('.done').waitFor();
  await widget.disconnect();
  await page.clock.fastForward('00:30');
  await page.locator('#expiry', { hasText: 'minutes' }).waitFor();
  await page.clock.fastForward('16:00');
  await page.locator('#sheet[data-state="expired"]').waitFor();
  assert.equal(await page.locator('byo-connect').count(), 0);
  await close();
});

test('its badge leads to what happens to the key', async () => {
  const { page, close } = await visit(stage.customer());
  const badge = page.locator('footer byo-badge [part="badge"]');
  assert.equal(await badge.getAttribute('href'), `${stage.server.url}/trust`);
  const [opened] = await Promise.all([page.context().waitForEvent('page'), badge.click()]);
  await opened.getByRole('heading', { name: 'What happens to your key' }).waitFor();
  await close();
});

test('it can be read and used at every size and in every shade', async () => {
  const { page, complaints, close } = await visit(stage.customer());
  await assertReadable(page, 'hosted-first');
  assert.deepEqual(complaints, []);
  assert.deepEqual(await page.evaluate(() => violations), []);
  await close();
});

/** Opens the page of a new session. */
async function visit(refId, wishes, project = stage.project, { clock = false } = {}) {
  const { url } = await project.test.session(refId, wishes);
  let complaints;
  const prepare = async (page) => {
    complaints = overhear(page);
    if (clock) await page.clock.install();
  };
  const visited = await stage.visit(url, { prepare });
  await visited.page.locator('#sheet[data-state="ready"]').waitFor();
  return { ...visited, complaints };
}

const title = (page, text) => page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
