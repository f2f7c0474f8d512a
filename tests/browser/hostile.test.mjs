// A page that wants the key, and has every means that a script in a page has. It gets it from the field in the page; from
// the isolated one it does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FramedWidget, setFrameStage, speak } from './support/frame.mjs';
import { FIRST } from './support/hostile.mjs';
import { field } from './support/pages.mjs';
import { eavesdrop, found } from './support/secret.mjs';

const KEY = 'sk-byo-test-valid-Ck9Xv3Lp7Rw2Ht5B';
const SECOND = 'sk-byo-test-valid-Ng4Js8Qd1Fy6Mz0T';
const WRONG = 'sk-byo-test-rejected-Wb2Kc7Ue5Pa9Vo3L';
let stage;

before(async () => {
  stage = await setFrameStage();
});
after(() => stage?.strike());

test('the field in the page gives the key away: the page can see', async () => {
  const { page, widget, close } = await customer({ inline: true });
  await widget.type(KEY);
  await widget.press('submit');
  const loot = await booty(page);
  assert.notDeepEqual(found(KEY, loot), []);
  const ways = new Set(loot.split('\n').filter((line) => found(KEY, line).length).map((line) => line.split(' ')[0]));
  for (const way of ['node', 'value', 'encodeInto', 'memory', 'event', 'page']) assert.ok(ways.has(way), `${way} in ${[...ways]}`);
  await close();
});

test('the isolated field gives it away to nothing that the page can bend, watch or read', async () => {
  const { page, ear, widget, close } = await customer();
  await widget.type(KEY);
  await page.evaluate(() => sweep());
  assert.equal((await widget.press('test')).event.name, 'tested');
  assert.equal((await widget.press('submit')).state, 'connected');
  await widget.part('replace').click();
  await widget.refused(WRONG);
  await widget.part('cancel').click();
  await widget.part('replace').click();
  await widget.input.click();
  await paste(page, widget, SECOND);
  assert.equal((await widget.press('submit')).event.name, 'rotated');
  await widget.disconnect();
  const loot = await booty(page);
  for (const key of [KEY, SECOND, WRONG]) {
    assert.deepEqual(found(key, loot), []);
    assert.deepEqual(found(key, await ear.transcript()), []);
    assert.deepEqual(found(key, ear.said.join('\n')), []);
    // Not even a stretch of it.
    assert.ok(!loot.includes(key.slice(-12)));
  }
  // It was not blind: it saw what passes between the page and the frame, and was kept out of the rest.
  assert.match(loot, /^window\.postMessage .*"t":"init"/m);
  assert.match(loot, /^port .*"t":"state","state":"connecting"/m);
  assert.match(loot, /^kept out: SecurityError/m);
  await close();
});

test('whoever has stolen the port and speaks the protocol gets no key', async () => {
  const { page, ear, widget, close } = await customer();
  await widget.type(KEY);
  await page.evaluate(async () => {
    const [port] = ports;
    const asked = ['read', 'get', 'key', 'value', 'export', 'reveal', 'state', 'report', 'init', 'update', 'act', 'ready', 'told', 'resize', '__proto__', 'constructor'];
    for (const t of asked) {
      for (const more of [{}, { id: 900 }, { id: 901, action: 'reveal' }, { id: 902, action: 'read' }, { what: 'key' }, { config: {} }, { v: 1, config: { label: 'x' } }]) say(port, { t, ...more });
    }
    for (const odd of [null, undefined, 1, 'key', [], [{ t: 'clear' }], new Error('x'), { t: { toString: 'focus' } }]) say(port, odd);
    for (const config of [
      { baseURL: 'https://attacker.example' },
      { pageOrigin: 'https://attacker.example' },
      { fault: { type: 'x', code: 'x', message: '<img src=https://attacker.example>' } },
      { appearance: { '--byo-background': 'url(https://attacker.example/a)', '--byo-font': 'x;} *{background:url(https://attacker.example)', accent: 'red', color: 'red' } },
      { messages: { connect: '<img src=x onerror=parent.postMessage(1,"*")>', goesTo: '' } },
      { languages: { 'not a tag': { connect: 'x' }, de: { connect: '<b>x</b>' } } },
      { label: '<script>parent.postMessage(1, "*")</script>' },
      { locale: '"><img src=x>' },
    ]) say(port, { t: 'update', config });
  });
  // Whatever of it has come, the last of it has come when this has.
  await widget.frame.locator('label[for="key"]', { hasText: '<script>' }).waitFor();
  const inside = await widget.inside();
  assert.equal(await widget.part('root').locator('img, script, label *, [part="submit"] *').count(), 0, 'markup stays text');
  assert.equal(await inside.evaluate(() => document.querySelector('body > div').getAttribute('style')), null);
  assert.equal(await widget.input.inputValue(), KEY, 'the customer still has it');
  const sent = page.waitForRequest((request) => request.url().endsWith('/v1/keys/connect'));
  assert.equal((await widget.press('submit')).state, 'connected');
  assert.equal((await (await sent).allHeaders())['x-byo-page-origin'], stage.pages.at('localhost'));
  assert.deepEqual(found(KEY, await booty(page)), []);
  assert.ok(ear.origins().every((origin) => [stage.server.url, stage.pages.at('localhost')].includes(origin)), ear.origins().join());
  assert.deepEqual(await inside.evaluate(() => violations), []);
  await close();
});

test('no address from the page: neither from its element nor by the stolen port does a key go where it says', async () => {
  const { page, ear, widget, close } = await customer();
  await widget.ready();
  const baseUrl = 'https://attacker.example/v1';
  const { length } = await widget.events();
  await page.evaluate((baseUrl) => say(ports[0], { t: 'update', config: { providerConfig: { baseUrl } } }), baseUrl);
  await page.waitForFunction((length) => byoEvents.length > length, length);
  await widget.type(KEY);
  const { event } = await widget.press('submit');
  assert.equal(event.detail.code, 'isolated_base_url');
  assert.deepEqual(ear.paths(stage.server.url).filter((path) => path.startsWith('/v1/keys/connect')), []);
  await page.evaluate(() => say(ports[0], { t: 'update', config: { providerConfig: undefined } }));
  await widget.connect(SECOND);
  await widget.disconnect();

  await widget.host.evaluate((element, baseUrl) => (element.providerConfig = { baseUrl }), baseUrl);
  await page.locator('byo-connect iframe').waitFor({ state: 'detached' });
  const last = (await widget.events()).at(-1);
  assert.deepEqual([last.name, last.detail.code], ['load-error', 'isolated_base_url']);
  assert.deepEqual(await widget.host.evaluate((element) => element.connect().catch(({ code }) => code)), 'isolated_base_url');
  const sent = await ear.transcript();
  assert.ok(!sent.includes('attacker.example'));
  await close();
});

test('a page that frames it by itself and holds the port from the first word gets no key, and no other page’s name', async () => {
  const url = stage.pages.put(`${FIRST}<main></main>`);
  const { page, close } = await stage.visit(url);
  const { token } = await stage.project.test.session(stage.refId());
  await page.evaluate(speak, { byo: stage.server.url, token });
  const sent = page.waitForRequest((request) => request.url().endsWith('/v1/keys/connect'));
  const [first] = await page.evaluate(() => raw.greet({ pageOrigin: 'https://shop.example', baseURL: 'https://attacker.example', fault: { type: 'a', code: 'b', message: 'c' } }));
  assert.deepEqual(first, { t: 'ready', v: 1 });
  const inside = page.locator('iframe').contentFrame();
  await inside.locator('[part="input"]').click();
  await page.keyboard.type(KEY);
  await page.evaluate(() => raw.port.postMessage({ t: 'act', id: 7, action: 'connect' }));
  const request = await sent;
  assert.equal(new URL(request.url()).origin, stage.server.url);
  assert.equal((await request.allHeaders())['x-byo-page-origin'], stage.pages.at('localhost'));
  const done = await page.evaluate(() => raw.heard(({ t }) => t === 'done'));
  assert.equal(done.value.verdict, 'valid');
  assert.deepEqual(found(KEY, await booty(page)), []);
  await close();
});

test('the first word of the window around it counts: none of another frame, of a popup or of its own, and no second', async () => {
  const { page, close } = await stage.visit(stage.pages.put('<main></main>'));
  const { token } = await stage.project.test.session(stage.refId());
  await page.evaluate(speak, { byo: stage.server.url, token });
  const forged = await page.evaluate(async () => {
    const other = document.createElement('iframe');
    document.body.append(other);
    const popup = window.open('about:blank');
    const forge = (source) => source.eval(`(${function (config) {
      const target = (window.opener ?? window.parent).raw.frame.contentWindow;
      const { port1, port2 } = new MessageChannel();
      const heard = [];
      port1.onmessage = ({ data }) => heard.push(data);
      target.postMessage({ t: 'init', v: 1, config }, '*', [port2]);
      // The same, in a wrapping that claims to be somebody else's.
      target.postMessage({ t: 'init', v: 1, config, source: 'parent', origin: location.origin }, '*', [new MessageChannel().port2]);
      return heard;
    }})`)(raw.config());
    globalThis.forgeries = [forge(other.contentWindow), forge(popup)];
    return popup !== null;
  });
  assert.ok(forged);
  // Words that are none, from the right window.
  await page.evaluate(() => {
    for (const odd of [null, 'init', { t: 'ready', v: 1 }, { t: 'act', id: 1, action: 'connect' }, { t: 'init', v: 1 }]) raw.frame.contentWindow.postMessage(odd, '*');
  });
  assert.deepEqual((await page.evaluate(() => raw.greet({})))[0], { t: 'ready', v: 1 });
  const second = await page.evaluate(async () => {
    const heard = [];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => heard.push(data);
    raw.frame.contentWindow.postMessage({ t: 'init', v: 1, config: raw.config({ label: 'Second' }) }, '*', [port2]);
    // The first port is answered after that was said.
    raw.port.postMessage({ t: 'act', id: 1, action: 'connect' });
    await raw.heard(({ t }) => t === 'done');
    return [heard, ...forgeries];
  });
  assert.deepEqual(second, [[], [], []]);
  assert.notEqual(await page.locator('iframe').first().contentFrame().locator('label[for="key"]').innerText(), 'Second');
  await close();
});

test('a frame that the page sends elsewhere takes nothing along, and is told nothing there', async () => {
  const spy = stage.pages.put(
    '<script>const said = []; addEventListener("message", ({ data, ports }) => said.push(JSON.stringify(data)));</script>',
    { host: 'attacker.localhost' },
  );
  const { page, widget, token, close } = await customer();
  await widget.type(KEY);
  const frame = await widget.inside();
  const gone = page.waitForEvent('framenavigated');
  await widget.host.evaluate((element, spy) => (element.shadowRoot.querySelector('iframe').src = spy), spy);
  await gone;
  await frame.waitForLoadState('load');
  assert.equal(frame.url(), spy);
  // One message that does arrive, after those that might have.
  await page.evaluate(() => [...taken].at(-1).postMessage('last', '*'));
  await frame.waitForFunction(() => said.includes('"last"'));
  const told = await frame.evaluate(() => said.join('\n'));
  assert.equal(told, '"last"');
  assert.ok(!told.includes(token));
  assert.deepEqual(found(KEY, `${told}\n${await frame.evaluate(() => document.documentElement.outerHTML)}\n${await booty(page)}`), []);
  await close();
});

// --- What remains, as SECURITY.md says

test('a page that names an attacker’s server has the attacker’s field: what is typed there is the attacker’s', async () => {
  const attacker = stage.pages.at('attacker.localhost');
  stage.pages.put('<input part="input"><script>document.querySelector("input").oninput = ({ target }) => parent.postMessage(target.value, "*")</script>', { path: '/frame' });
  const { page, widget, close } = await customer({ attributes: { 'base-url': attacker } });
  await widget.type(KEY);
  assert.notDeepEqual(found(KEY, await booty(page)), []);
  await close();
});

/** Somebody new on a page that is against them. */
async function customer({ inline = false, attributes } = {}) {
  const refId = stage.refId();
  const { token } = await stage.project.test.session(refId);
  const given = { 'session-token': token, provider: 'openai', ...(!inline && { isolated: '' }), ...attributes };
  const url = stage.pages.put(FIRST + field(stage.server.url, given));
  let ear;
  const visit = await stage.visit(url, { inline, prepare: async (page) => (ear = eavesdrop(page)) });
  assert.ok(inline || visit.widget instanceof FramedWidget);
  return { ...visit, ear, token };
}

/** All that the page has seen. */
async function booty(page) {
  await page.evaluate(() => sweep());
  return page.evaluate(() => booty());
}

/** Pastes as a person does, from a clipboard that the page does not see. */
async function paste(page, widget, text) {
  await (await widget.inside()).evaluate((text) => {
    const root = document.querySelector('body > div').shadowRoot;
    const input = root.querySelector('[part="input"]');
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', text);
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, composed: true, cancelable: true }));
  }, text);
  await page.keyboard.insertText(text);
}
