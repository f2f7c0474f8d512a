// Where a typed key may be: in the field, then in one sealed request. Nowhere else, and nowhere at all afterwards.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setFrameStage } from './support/frame.mjs';
import { STRICT_POLICY, WITHOUT_WASM } from './support/product.mjs';
import { captureBytes, captureMemories, eavesdrop, found, inHeap, inMemory, kept } from './support/secret.mjs';
import { setStage } from './support/stage.mjs';

const KEY = 'sk-byo-test-valid-Zq7Wx2Vb9Nm4Kj6H';
const WRONG = 'sk-byo-test-rejected-Rt5Yu8Io1Pa3Sd0F';
/** What a page allows decides what seals in it. */
const SEALERS = { WebAssembly: STRICT_POLICY, WebCrypto: WITHOUT_WASM };
let stage;
let framed;

before(async () => {
  [stage, framed] = await Promise.all([setStage(), setFrameStage()]);
});
after(() => Promise.all([stage?.strike(), framed?.strike()]));

for (const [by, policy] of Object.entries(SEALERS)) {
  test(`sealed by ${by}: a connected key was in the field and nowhere else, and leaves nothing behind`, async () => {
    const { ear, page, widget, close } = await customer(policy);
    await widget.type(KEY);
    assert.notDeepEqual(found(KEY, await kept(page)), [], 'the field is looked into');
    const { state } = await widget.press('submit');
    assert.equal(state, 'connected');
    await assertNowhere({ ear, page }, KEY);

    const posts = ear.paths(stage.server.url).filter((path) => path.startsWith('/v1/keys/'));
    assert.ok(posts.includes('/v1/keys/connect'), 'requests are listened to');
    await close();
  });

  test(`sealed by ${by}: a tested key waits in memory once and nowhere else, until it is connected`, async () => {
    const { ear, page, widget, close } = await customer(policy);
    await widget.type(KEY);
    const { event } = await widget.press('test');
    assert.equal(event.name, 'tested');
    assert.deepEqual(found(KEY, await kept(page)), [], 'the field was cleared');
    assert.equal((await inMemory(page, KEY)).length, 1, 'memory is looked into; the key is there once');

    const { state } = await widget.press('submit');
    assert.equal(state, 'connected');
    await assertNowhere({ ear, page }, KEY);
    await close();
  });

  test(`sealed by ${by}: no JavaScript string of a connected key is left`, async () => {
    const { page, widget, close } = await customer(policy);
    await widget.type(KEY);
    await page.evaluate(() => {
      globalThis.hoard = document.querySelector('byo-connect').shadowRoot.querySelector('input').value;
    });
    assert.equal(await inHeap(page, KEY), 1, 'the heap is looked into');
    await page.evaluate(() => delete globalThis.hoard);
    const { state } = await widget.press('submit');
    assert.equal(state, 'connected');
    assert.equal(await inHeap(page, KEY), 0);
    await close();
  });

  test(`sealed by ${by}: a refused key is forgotten when the customer clears it, types another or leaves`, async () => {
    for (const forget of [
      (widget) => widget.part('forget').click(),
      (widget) => widget.type('sk-byo-test-valid-2'),
      (widget) => widget.host.evaluate((element) => element.remove()),
    ]) {
      const { ear, page, widget, close } = await customer(policy);
      await widget.refused(WRONG);
      await forget(widget);
      await assertNowhere({ ear, page }, WRONG);
      await close();
    }
  });
}

test('the page speaks to its own server and to byo, and to nobody else', async () => {
  const { ear, widget, close } = await customer();
  await widget.connect(KEY);
  assert.deepEqual(ear.origins().sort(), [stage.product.origin, stage.server.url].sort());
  await close();
});

test('an isolated key was in the frame’s field, then in its memory, and never on the page around it', async () => {
  let ear;
  const { page, widget, close } = await framed.customer({
    prepare: async (page) => {
      ear = eavesdrop(page);
      await captureMemories(page);
    },
  });
  await widget.type(KEY);
  const frame = await widget.inside();
  assert.notDeepEqual(found(KEY, await kept(frame)), [], 'the frame is looked into');
  assert.equal((await widget.press('test')).event.name, 'tested');
  assert.deepEqual(found(KEY, await kept(frame)), [], 'the field was cleared');
  assert.equal((await inMemory(frame, KEY)).length, 1, 'it waits in the frame’s memory');
  assert.equal(await page.evaluate(() => memories.size), 0, 'the page has no such memory');

  assert.equal((await widget.press('submit')).state, 'connected');
  await assertNowhere({ ear, page: frame }, KEY);
  assert.deepEqual(found(KEY, await kept(page)), [], 'kept by the page');
  for (const place of [frame, page]) assert.equal(await inHeap(place, KEY), 0, 'in a heap');
  assert.deepEqual(ear.origins().sort(), [framed.origin, framed.server.url].sort());

  await widget.part('replace').click();
  await widget.refused(WRONG);
  assert.equal((await inMemory(frame, WRONG)).length, 1);
  await widget.part('cancel').click();
  await assertNowhere({ ear, page: frame }, WRONG);
  await close();
});

test('a leak in the frame would be found, in its heap too', async () => {
  const { page, widget, close } = await framed.customer();
  await widget.type('something-else');
  const frame = await widget.inside();
  await frame.evaluate((key) => (globalThis.hoard = key), KEY);
  assert.notDeepEqual(found(KEY, await kept(frame)), []);
  assert.ok((await inHeap(frame, KEY)) > 0);
  assert.equal(await inHeap(page, KEY), 0, 'the two are in different processes');
  await frame.evaluate((key) => {
    delete globalThis.hoard;
    performance.mark(btoa(key));
  }, KEY);
  assert.notDeepEqual(found(KEY, await kept(frame)), []);
  await close();
});

test('no event of the widget tells the key or its length', async () => {
  const { page, widget, close } = await customer();
  await page.evaluate(() => {
    globalThis.told = [];
    const names = ['ready', 'change', 'focus', 'blur', 'escape', 'tested', 'connected', 'error', 'state'];
    for (const name of names) addEventListener(`byo-${name}`, ({ detail }) => told.push(JSON.stringify({ ...detail })));
    for (const name of ['input', 'change', 'keydown', 'beforeinput']) {
      addEventListener(name, (event) => told.push(`${name} ${event.target.value ?? ''} ${event.composedPath()[0] === event.target}`));
    }
  });
  await widget.connect(KEY);
  const told = await page.evaluate(() => told.join('\n'));
  assert.match(told, /"complete":true/);
  assert.deepEqual(found(KEY, told), []);
  await close();
});

test('a leak is found wherever it is planted in a page', async () => {
  const { page, widget, close } = await customer();
  await widget.type('something-else');
  for (const [place, leak] of Object.entries(LEAKS)) {
    assert.deepEqual(found(KEY, await kept(page)), [], `before ${place}`);
    const undo = await page.evaluateHandle(leak, KEY);
    assert.notDeepEqual(found(KEY, await kept(page)), [], place);
    await page.evaluate((undo) => undo?.(), undo);
  }
  assert.ok(Object.keys(LEAKS).length >= 15);
  await close();
});

test('a leak is found in what a page says and sends, and in WebAssembly memory', async () => {
  const { ear, page, widget, close } = await customer();
  await widget.type(WRONG);
  await page.evaluate((key) => console.debug('typed', { key }), KEY);
  const thrown = page.waitForEvent('pageerror');
  // Thrown by the page itself, in a task of its own, and not into the hands of evaluate.
  await page.evaluate((key) => setTimeout(() => { throw new Error(key); }), WRONG);
  await thrown;
  assert.notDeepEqual(found(KEY, ear.said.join('\n')), [], 'console');
  assert.notDeepEqual(found(WRONG, ear.said.join('\n')), [], 'errors');

  // The page may speak to the server and to nobody else.
  await page.evaluate(([key, to]) => Promise.allSettled([
    fetch(`${to}/?k=${btoa(key)}`),
    fetch(to, { method: 'POST', body: [...key].reverse().join('') }),
    fetch(`${to}/v1/keys`, { headers: { authorization: key } }),
  ]), [KEY, stage.server.url]);
  const transcript = await ear.transcript();
  for (const part of [btoa(KEY).slice(0, -4), [...KEY].reverse().join(''), `"authorization":"${KEY}"`]) {
    assert.ok(transcript.includes(part), part);
  }
  assert.ok(found(KEY, transcript).length >= 3, 'requests');

  await page.evaluate((key) => new TextEncoder().encodeInto(key, new Uint8Array([...memories].find((memory) => memory instanceof WebAssembly.Memory).buffer, 64)), KEY);
  assert.notDeepEqual(await inMemory(page, KEY), [], 'memory');
  await close();
});

test('every spelling of a key is found', () => {
  for (const spell of [
    (key) => key,
    (key) => `prefix ${key.toUpperCase()}`,
    (key) => Buffer.from(key).toString('hex'),
    (key) => Buffer.from(`{"key":"${key}"}`).toString('base64'),
    (key) => Buffer.from(`x${key}`).toString('base64url'),
    (key) => [...key].reverse().join(''),
  ]) {
    assert.notDeepEqual(found(KEY, `before ${spell(KEY)} after`), [], spell.toString());
  }
  assert.deepEqual(found(KEY, 'sk-byo-test-valid-another'), []);
});

async function assertNowhere({ ear, page }, key) {
  assert.deepEqual(found(key, await ear.transcript()), [], 'sent');
  assert.deepEqual(found(key, ear.said.join('\n')), [], 'logged');
  assert.deepEqual(found(key, await kept(page)), [], 'kept by the page');
  const context = page.context?.() ?? page.page().context();
  assert.deepEqual(await context.cookies(), [], 'cookies');
  const { origins } = await context.storageState();
  assert.deepEqual(origins, [], 'stored');
  assert.deepEqual(await inMemory(page, key), [], 'in memory');
}

/** Somebody new on the product's settings page, overheard from the first request. */
async function customer(policy) {
  const refId = stage.customer();
  const { token } = await stage.project.test.session(refId);
  let ear;
  const prepare = async (page) => {
    ear = eavesdrop(page);
    await captureMemories(page);
    await captureBytes(page);
  };
  const visit = await stage.visit(stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'openai' }, { policy }), { prepare });
  return { ear, ...visit };
}

/** Ways to keep a key; each gives a function that takes it back. */
const LEAKS = {
  localStorage: (key) => (localStorage.setItem('k', key), () => localStorage.clear()),
  'localStorage, as a name': (key) => (localStorage.setItem(key, '1'), () => localStorage.clear()),
  sessionStorage: (key) => (sessionStorage.setItem('k', btoa(key)), () => sessionStorage.clear()),
  indexedDB: (key) => new Promise((resolve) => {
    const request = indexedDB.open('leak', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('s').put({ deep: [key] }, 'k');
    request.onsuccess = () => {
      request.result.close();
      resolve(() => new Promise((done) => (indexedDB.deleteDatabase('leak').onsuccess = done)));
    };
  }),
  'a cached address': async (key) => {
    await (await caches.open('leak')).put(`/?k=${key}`, new Response(''));
    return () => caches.delete('leak');
  },
  'a cached answer': async (key) => {
    await (await caches.open('leak')).put('/', new Response(key));
    return () => caches.delete('leak');
  },
  'a cookie': (key) => ((document.cookie = `k=${encodeURIComponent(key)}`), () => (document.cookie = 'k=; max-age=0')),
  'the state of history': (key) => (history.replaceState({ key }, ''), () => history.replaceState(null, '')),
  'a global name': (key) => ((globalThis.leak = key), () => delete globalThis.leak),
  'deep in a global object': (key) => ((globalThis.leak = { a: { b: key } }), () => delete globalThis.leak),
  'the name of the window': (key) => ((globalThis.name = key), () => (globalThis.name = '')),
  'the title': (key) => ((document.title = key), () => (document.title = '')),
  'a property of the element': (key) => {
    const host = document.querySelector('byo-connect');
    host.leak = key;
    return () => delete host.leak;
  },
  'an attribute of the element': (key) => {
    const host = document.querySelector('byo-connect');
    host.setAttribute('data-k', key);
    return () => host.removeAttribute('data-k');
  },
  'the shadow tree': (key) => {
    const note = new Comment(key);
    document.querySelector('byo-connect').shadowRoot.append(note);
    return () => note.remove();
  },
  'another field': (key) => {
    const field = document.createElement('input');
    field.value = key;
    document.body.append(field);
    return () => field.remove();
  },
  'what a form would send': (key) => {
    const form = document.createElement('form');
    form.addEventListener('formdata', ({ formData }) => formData.append('k', key));
    document.body.append(form);
    return () => form.remove();
  },
  'a mark of the timeline': (key) => (performance.mark(key), () => performance.clearMarks()),
  'the timing of a request': async (key) => {
    const { name: allowed } = performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/connect.js'));
    await new Promise((resolve) => {
      new PerformanceObserver((list) => list.getEntries().some(({ name }) => name.includes('?k=')) && resolve()).observe({ type: 'resource' });
      fetch(`${allowed}?k=${encodeURIComponent(key)}`);
    });
    return () => performance.clearResourceTimings();
  },
  // The last one, since it cannot be taken back.
  'an address that was left': (key) => (history.pushState(null, '', `#${key}`), history.pushState(null, '', '#')),
};
