// The field in a frame of byo's own origin: everything that it does in the page, it does there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FramedWidget, ISOLATED_POLICY, loadError, setFrameStage, until } from './support/frame.mjs';
import { PHONE } from './support/chromium.mjs';
import { field } from './support/pages.mjs';
import { captureMemories } from './support/secret.mjs';

const KEY = 'sk-byo-test-valid-1';
let stage;

before(async () => {
  stage = await setFrameStage();
});
after(() => stage?.strike());

// --- What it does

test('a key is connected from within the frame, in the name of the page around it', async () => {
  const { page, widget, refId, close } = await stage.customer();
  const sent = page.waitForRequest((request) => request.url().endsWith('/v1/keys/connect'));
  const { provider, verdict } = await widget.connect(KEY);
  assert.deepEqual([provider, verdict], ['openai', 'valid']);
  const headers = await (await sent).allHeaders();
  assert.equal(headers.origin, stage.server.url);
  assert.equal(headers['x-byo-page-origin'], stage.origin);
  const [key] = await stage.project.test.keys(`?refId=${refId}`);
  assert.equal(key.provider, 'openai');
  assert.deepEqual(await page.evaluate(() => violations), []);
  assert.deepEqual(await (await widget.inside()).evaluate(() => violations), []);
  await close();
});

test('testing, refusal, replacing, checking and disconnecting are told as they are in the page', async () => {
  const told = [];
  for (const isolated of [true, false]) {
    const { page, widget, close } = await customer({ isolated });
    await widget.ready();
    await page.evaluate(() => {
      globalThis.all = [];
      const names = ['change', 'focus', 'blur', 'escape', 'tested', 'connected', 'rotated', 'disconnected', 'error', 'state'];
      for (const name of names) addEventListener(`byo-${name}`, ({ detail }) => all.push([name, detail?.state ?? detail?.code ?? detail?.status ?? detail?.verdict ?? detail]));
    });
    await widget.type(KEY);
    await widget.press('test');
    await widget.press('submit');
    await widget.part('replace').click();
    await widget.refused('sk-byo-test-rejected-2');
    await widget.part('cancel').click();
    await widget.press('check');
    await widget.part('replace').click();
    await widget.connect('sk-byo-test-valid-3');
    await widget.disconnect();
    await widget.type('s');
    await widget.input.press('Escape');
    // What has been told by then has been told.
    await widget.host.evaluate((element) => element.connect().catch(() => {}));
    told.push(await page.evaluate(() => all));
    await close();
  }
  const [apart, inPage] = told;
  assert.ok(inPage.length > 30, JSON.stringify(inPage));
  assert.deepEqual(apart, inPage);
});

test('its methods answer the page, with a key’s id and never with a key', async () => {
  const { widget, close } = await stage.customer();
  await widget.type(KEY);
  const answers = await widget.host.evaluate(async (element) => [await element.test(), await element.connect(), await element.validate(), await element.disconnect()]);
  assert.deepEqual(answers.map((answer) => answer?.verdict), ['valid', 'valid', 'valid', undefined]);
  assert.doesNotMatch(JSON.stringify(answers), /sk-byo/);
  await close();
});

test('with a publishable key it connects too', async () => {
  const url = stage.page({ 'publishable-key': stage.project.test.publishableKey, 'ref-id': stage.refId(), provider: 'openai' });
  const { widget, close } = await stage.visit(url);
  await widget.connect(KEY);
  await close();
});

test('whose session it is stands in the frame, whatever the page says', async () => {
  const { widget, close } = await stage.customer({ attributes: { lang: 'de' } });
  await widget.host.evaluate((element) => (element.messages = { goesTo: 'Nobody gets your key, not even' }));
  await widget.frame.locator('#project').waitFor();
  assert.equal(await widget.frame.locator('#project').innerText(), 'Ihr Schlüssel geht an Tideline');
  await close();
});

test('where the page forbids WebAssembly the frame does not care; where the frame cannot have it, WebCrypto seals', async () => {
  const sealed = [];
  const prepare = async (page) => {
    await captureMemories(page);
    page.on('request', (request) => {
      if (request.url().includes('/v1/keys/connect')) sealed.push(request.postDataJSON().sealedKey.suite);
    });
  };
  const usual = await stage.customer({ prepare });
  await usual.widget.connect(KEY);
  await usual.close();
  const without = await stage.customer({
    prepare: async (page) => {
      await prepare(page);
      await page.route('**/frame?*', async (route) => {
        const response = await route.fetch();
        const headers = response.headers();
        headers['content-security-policy'] = headers['content-security-policy'].replace(" 'wasm-unsafe-eval'", '');
        await route.fulfill({ response, headers });
      });
    },
  });
  await without.widget.connect(KEY);
  assert.equal(await (await without.widget.inside()).evaluate(() => memories.size), 0);
  await without.close();
  assert.deepEqual(sealed, ['x25519-hkdf-sha256-chacha20poly1305', 'x25519-hkdf-sha256-aes256gcm']);
});

test('a page under COEP can show it', async () => {
  const headers = { 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-opener-policy': 'same-origin' };
  const { page, widget, close } = await stage.visit(stage.pages.put(field(stage.server.url, await session()), { headers }));
  await widget.connect(KEY);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  await close();
});

// --- How it looks

for (const [size, viewport] of [['on a desk', undefined], ['on a phone', PHONE]]) {
  test(`it is as high as what it shows, and looks as it does in the page, ${size}`, async () => {
    const seen = [];
    for (const isolated of [true, false]) {
      const { widget, close } = await customer({ isolated, attributes: { provider: undefined }, ...(viewport && { viewport }) });
      const looks = {};
      const look = async (state) => (looks[state] = await appearance(widget));
      await widget.ready();
      if (isolated) await widget.frame.locator('#project').waitFor();
      await look('idle');
      await widget.choose('azure');
      await look('azure');
      await widget.choose('openai');
      await widget.refused('sk-byo-test-rejected-1');
      await look('error');
      await widget.connect(KEY);
      await look('connected');
      await widget.part('disconnect').click();
      await look('question');
      await close();
      seen.push(looks);
    }
    const [apart, inPage] = seen;
    assert.ok(new Set(Object.values(inPage).map(({ height }) => height)).size > 3, 'states differ in height');
    for (const state of Object.keys(inPage)) assert.deepEqual(apart[state], inPage[state], state);
  });
}

test('it is light or dark as the page is, and changes with it', async () => {
  const { page, widget, close } = await stage.customer();
  await widget.ready();
  const ink = async () => widget.part('root').evaluate((node) => getComputedStyle(node).color);
  const light = await ink();
  await page.emulateMedia({ colorScheme: 'dark' });
  await until(async () => (await ink()) !== light);
  const dark = await ink();
  assert.equal(await (await widget.inside()).evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'dark');
  // Nothing opaque behind it, which a browser puts there where the two disagree.
  assert.equal(await widget.host.locator('iframe').evaluate((node) => getComputedStyle(node).colorScheme), 'light dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await until(async () => (await ink()) === light);
  await page.evaluate(() => (document.documentElement.style.colorScheme = 'dark'));
  await until(async () => (await ink()) === dark);
  await widget.host.evaluate((element) => (element.theme = 'light'));
  await until(async () => (await ink()) === light);
  await close();
});

test('it reads from the right where the page does', async () => {
  const { page, widget, close } = await stage.customer();
  await widget.ready();
  await page.evaluate(() => (document.querySelector('main').dir = 'rtl'));
  await widget.host.evaluate((element) => (element.label = 'مفتاح'));
  await until(async () => (await widget.part('root').evaluate((node) => getComputedStyle(node).direction)) === 'rtl');
  assert.equal(await widget.frame.locator('label[for="key"]').innerText(), 'مفتاح');
  await close();
});

test('the page’s custom properties dress it, with what their variables and functions come to', async () => {
  const css = `byo-connect {
    --brand: rgb(90 20 160); --byo-accent: var(--brand); --byo-ink: light-dark(#112233, #fff); --byo-radius: 1px; --byo-control-height: 3em;
    --byo-font: Georgia, serif; --byo-font-size: calc(10px + 7px); --byo-padding: 3px 9px; --byo-background: #fffbe6;
    --byo-surface: url(https://elsewhere.example/a.png); --byo-shadow: 0 0 2px red; --other: 3px;
  }`;
  const { page, widget, close } = await stage.customer({
    prepare: (page) => page.route('**/page.css', (route) => route.fulfill({ contentType: 'text/css', body: css })),
  });
  await widget.ready();
  const of = (part, property) => widget.part(part).evaluate((node, property) => getComputedStyle(node)[property], property);
  assert.equal(await of('submit', 'backgroundColor'), 'rgb(90, 20, 160)');
  assert.equal(await of('submit', 'borderRadius'), '1px');
  assert.equal(await of('root', 'color'), 'rgb(17, 34, 51)');
  assert.equal(await of('root', 'fontFamily'), 'Georgia, serif');
  assert.equal(await of('root', 'fontSize'), '17px');
  assert.equal(await of('root', 'padding'), '3px 9px');
  assert.equal(await of('root', 'backgroundColor'), 'rgb(255, 251, 230)');
  const host = widget.frame.locator('body > div');
  assert.equal(await host.evaluate((node) => getComputedStyle(node).getPropertyValue('--other')), '');
  assert.doesNotMatch(await host.getAttribute('style'), /url|elsewhere/);
  // It is said again where an attribute changes.
  await widget.host.evaluate((element) => {
    element.style.setProperty('--byo-accent', 'rgb(1 2 3)');
    element.label = 'Key';
  });
  await until(async () => (await of('submit', 'backgroundColor')) === 'rgb(1, 2, 3)');
  assert.deepEqual(await (await widget.inside()).evaluate(() => violations), []);
  assert.equal(await page.evaluate(() => document.querySelectorAll('byo-connect').length), 1);
  await close();
});

// --- What it says

test('it speaks the page’s language, the page’s own words over it, and changes both', async () => {
  const { page, widget, close } = await stage.customer();
  await page.evaluate(() => (document.documentElement.lang = 'de'));
  await widget.host.evaluate((element) => (element.messages = { connect: 'Los mit {provider}' }));
  await says(widget, 'Los mit OpenAI');
  assert.equal(await widget.part('test').innerText(), 'Testen');
  assert.equal(await (await widget.inside()).evaluate(() => document.documentElement.lang), 'de');
  await page.waitForFunction(() => document.querySelector('byo-connect').shadowRoot.querySelector('iframe').title === 'API-Schlüssel');
  await widget.host.evaluate((element) => {
    element.messages = undefined;
    element.locale = 'ja';
  });
  await says(widget, /OpenAI.+接続/);
  const project = (text) => widget.frame.locator('#project', { hasText: text }).waitFor();
  await project('キーの送り先');
  await widget.host.evaluate((element) => (element.locale = 'en'));
  await says(widget, 'Connect OpenAI');
  await project('Your key goes to');
  await close();
});

test('languages that the page has added are spoken in the frame, fetched or given', async () => {
  const { page, widget, close } = await stage.customer();
  await page.evaluate(async (byo) => {
    const { registerLocale } = await import(`${byo}/connect.js`);
    registerLocale('fr', async () => ({ default: { connect: 'Connecter {provider}', test: 'Essayer', 'models.one': '{count} modèle' } }));
    registerLocale('fr-CA', { test: 'Tester' });
    document.documentElement.lang = 'fr-CA';
    document.querySelector('byo-connect').label = 'Clé';
  }, stage.server.url);
  await says(widget, 'Connecter OpenAI');
  assert.equal(await widget.part('test').innerText(), 'Tester');
  assert.equal(await widget.part('root').getAttribute('lang'), 'fr-ca');
  await close();
});

test('words that are not in order are told and left out, and the field goes on', async () => {
  const { page, widget, close } = await stage.customer();
  await widget.ready();
  await widget.host.evaluate((element) => (element.messages = { conect: 'Go', connect: () => 'x' }));
  await page.waitForFunction(() => byoEvents.length > 0);
  const [{ name, detail }] = await widget.events();
  assert.deepEqual([name, detail.code], ['load-error', 'invalid_messages']);
  await widget.connect(KEY);
  await close();
});

// --- Where the focus goes

test('the label, the element and a form that asks for a key all lead into the field', async () => {
  const { page, widget, close } = await stage.customer({ attributes: { id: 'field', required: '', name: 'ai' } });
  await page.evaluate(() => {
    const form = document.createElement('form');
    form.append(Object.assign(document.createElement('label'), { htmlFor: 'field', id: 'outer', textContent: 'Your key' }), document.createElement('button'));
    document.querySelector('main').append(form);
    form.append(document.querySelector('byo-connect'));
  });
  await widget.ready();
  const leave = () => page.evaluate(() => document.querySelector('button').focus());
  for (const enter of [
    () => page.locator('#outer').click(),
    () => widget.host.evaluate((element) => element.focus()),
    () => widget.host.evaluate((element) => element.reportValidity()),
    () => widget.input.click(),
  ]) {
    await leave();
    await until(async () => !(await isFocused(widget)));
    await enter();
    await until(() => isFocused(widget));
  }
  await close();
});

test('Tab goes through the frame and out on both sides', async () => {
  const { page, widget, close } = await stage.customer({ attributes: { providers: 'openai anthropic' } });
  await widget.ready();
  await page.evaluate(() => {
    for (const [id, place] of [['before', 'beforebegin'], ['after', 'afterend']]) {
      document.querySelector('byo-connect').insertAdjacentElement(place, Object.assign(document.createElement('button'), { id }));
    }
    document.querySelector('#before').focus();
  });
  // The focus goes from process to process, and arrives some time after the key was pressed.
  const frame = await widget.inside();
  for (const place of [page, frame]) {
    await place.evaluate(() => {
      globalThis.arrivals = 0;
      // Within a shadow tree nobody outside of it hears.
      const tree = [...document.body.querySelectorAll('div')].find((node) => node.shadowRoot)?.shadowRoot;
      (tree ?? document).addEventListener('focusin', () => (arrivals += 1));
    });
  }
  const arrivals = async () => (await page.evaluate(() => arrivals)) + (await frame.evaluate(() => arrivals));
  const where = async () => {
    const outer = await page.evaluate(() => document.activeElement.id || document.activeElement.localName);
    if (outer !== 'byo-connect') return outer;
    return widget.part('root').evaluate((node) => {
      const at = node.getRootNode().activeElement;
      return at ? (at.getAttribute('part') ?? at.type) : 'body';
    });
  };
  const walk = async (key) => {
    const path = [];
    while (path.length < 20 && !['before', 'after'].includes(path.at(-1))) {
      const before = await arrivals();
      await page.keyboard.press(key);
      let at;
      await until(async () => (await arrivals()) > before && (at = await where()) !== 'body');
      path.push(at);
    }
    return path;
  };
  const there = await walk('Tab');
  const back = await walk('Shift+Tab');
  assert.equal(there.at(-1), 'after', there.join());
  assert.equal(back.at(-1), 'before', back.join());
  assert.deepEqual(back.slice(0, -1).reverse(), there.slice(0, -1));
  assert.ok(['radio', 'input', 'submit'].every((name) => there.includes(name)), there.join());
  await close();
});

test('a form gets the key’s id, and a disabled fieldset disables the frame’s controls', async () => {
  const { page, widget, close } = await stage.customer({ attributes: { required: '', name: 'ai' } });
  await page.evaluate(() => {
    const form = document.createElement('form');
    const fieldset = document.createElement('fieldset');
    document.querySelector('main').append(form);
    form.append(fieldset);
    fieldset.append(document.querySelector('byo-connect'));
  });
  await widget.ready();
  const form = () => page.evaluate(() => [document.forms[0].checkValidity(), new FormData(document.forms[0]).get('ai')]);
  await until(async () => !(await form())[0]);
  assert.match(await widget.host.evaluate((element) => element.validationMessage), /Connect your key/);
  const { id } = await widget.connect(KEY);
  assert.deepEqual(await form(), [true, id]);
  await page.evaluate(() => (document.querySelector('fieldset').disabled = true));
  await until(() => widget.part('replace').isDisabled());
  await page.evaluate(() => (document.querySelector('fieldset').disabled = false));
  await until(async () => !(await widget.part('replace').isDisabled()));
  await widget.disconnect();
  assert.deepEqual(await form(), [false, null]);
  await close();
});

// --- Coming and going

test('a token that comes late brings the frame; another one brings another, with nothing in it', async () => {
  const { page, widget, close } = await stage.visit(stage.page({ provider: 'openai' }));
  await page.locator('byo-connect').waitFor({ state: 'attached' });
  const code = await widget.host.evaluate((element) => element.connect().catch(({ code }) => code));
  assert.equal(code, 'invalid_option');
  const give = async () => {
    const { token } = await stage.project.test.session(stage.refId());
    await widget.host.evaluate((element, token) => (element.sessionToken = token), token);
    return widget.host.locator('iframe').getAttribute('src');
  };
  const first = await give();
  await widget.type('sk-byo-test');
  const second = await give();
  assert.notEqual(second, first);
  assert.match(second, new RegExp(`^${stage.server.url}/frame\\?principal=[\\w-]{43}$`));
  await until(async () => (await widget.input.inputValue()) === '');
  await widget.connect(KEY);
  await close();
});

test('taken out and put back it begins anew, and what was under way is told to have no end', async () => {
  const { page, widget, close } = await stage.customer();
  await page.route('**/v1/keys/test', () => {});
  await widget.type(KEY);
  const code = await widget.host.evaluate(async (element) => {
    const test = element.test().catch(({ code }) => code);
    await new Promise((resolve) => element.addEventListener('byo-state', resolve, { once: true }));
    const parent = element.parentNode;
    element.remove();
    const code = await test;
    parent.append(element);
    return code;
  });
  assert.equal(code, 'frame_lost');
  await widget.connect(KEY);
  await close();
});

test('isolated may be asked for later, and is what there is then', async () => {
  const { page, widget, close } = await stage.customer({ policy: `${ISOLATED_POLICY}; connect-src {byo}`, attributes: { isolated: undefined } });
  await page.locator('byo-connect [part="input"]').waitFor();
  await widget.host.evaluate((element) => (element.isolated = true));
  await widget.connect(KEY);
  assert.equal(await page.locator('byo-connect [part="input"]').count(), 0);
  await close();
});

test('mode="isolated" asks for the same; another mode is refused and never less', async () => {
  const { page, widget, close } = await stage.customer({ attributes: { isolated: undefined, mode: 'isolated' } });
  await widget.connect(KEY);
  await close();
  const odd = await stage.customer({ attributes: { isolated: undefined, mode: 'popup' } });
  assert.equal(await loadError(odd), 'mode_unsupported');
  assert.equal(await odd.page.locator('byo-connect :is([part="input"], iframe)').count(), 0);
  await odd.close();
  assert.ok(page);
});

/** The attributes of an isolated field, for somebody new. */
async function session() {
  const { token } = await stage.project.test.session(stage.refId());
  return { 'session-token': token, provider: 'openai', isolated: '' };
}

async function customer({ isolated, ...settings }) {
  if (isolated) return stage.customer(settings);
  return stage.customer({ ...settings, inline: true });
}

/** Sizes and places of everything that shows, within the widget, and colours and type of some. */
async function appearance(widget) {
  const outer = () => widget.host.evaluate((element) => element.getBoundingClientRect().height);
  // The frame says how high it is, and the page then makes it so.
  const inner = () => widget.part('root').evaluate(() => Math.ceil(document.body.getBoundingClientRect().height) - 8);
  if (widget instanceof FramedWidget) await until(async () => (await outer()) === (await inner()));
  const height = await outer();
  // What only a frame has: whose it is.
  const line = await widget.part('root').evaluate((root) => {
    const line = document.getElementById('project');
    return line ? root.getRootNode().host.offsetTop - line.offsetTop : 0;
  });
  const parts = await widget.part('root').evaluate((root) => {
    const within = root.getBoundingClientRect();
    return [root, ...root.querySelectorAll('*')].filter((node) => node.checkVisibility()).map((node) => {
      const { left, top, width, height } = node.getBoundingClientRect();
      const { color, backgroundColor, font, borderRadius } = getComputedStyle(node);
      return [node.getAttribute('part') ?? node.localName, left - within.left, top - within.top, width, height, color, backgroundColor, font, borderRadius].join(' ');
    });
  });
  return { height: Math.ceil(height - line), parts };
}

function isFocused(widget) {
  return widget.input.evaluate((input) => document.hasFocus() && input.getRootNode().activeElement === input);
}

function says(widget, words) {
  return widget.part('submit').filter({ hasText: words }).waitFor();
}
