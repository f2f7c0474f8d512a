// An Ollama server through a browser: connected by its address alone, and nothing that reaches it speaks of a key.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { setStage } from './support/stage.mjs';

const TOKEN = 'gate-4Yd0Q7cW2mZr8Tn1';
let ollama, stage;

before(async () => {
  ollama = await startOllama();
  stage = await setStage({ env: { BYO_EGRESS__ALLOW: '127.0.0.1/32' } });
});
beforeEach(() => {
  ollama.token = undefined;
  ollama.seen = [];
});
after(async () => {
  await stage?.strike();
  await ollama?.stop();
});

test('the field says that the key is optional, and the address alone connects', async () => {
  const { refId, widget, close } = await customer();
  assert.equal(await widget.host.locator('label[for="key"]').innerText(), 'Ollama API key (optional)');
  assert.equal(await widget.input.getAttribute('placeholder'), 'Empty for your own server');
  assert.equal(await widget.input.getAttribute('aria-required'), 'false');
  assert.equal(await widget.part('endpoint').getAttribute('aria-required'), 'true');
  assert.match(await widget.part('hint').innerText(), /key is optional/);

  await widget.part('endpoint').fill(ollama.url);
  const tested = await widget.press('test');
  assert.equal(tested.event.detail.verdict, 'not_provable');
  assert.match(await widget.part('status').innerText(), /asks for no key/);
  const { state, event } = await widget.press('submit');
  assert.equal(state, 'connected', await widget.alert());
  assert.deepEqual(event.detail.models, ['llama3.2']);
  const panel = await widget.part('panel').innerText();
  assert.match(panel, /Ollama connected/);
  assert.ok(panel.includes(`Fingerprint ${event.detail.fingerprint}`), panel);

  const [stored, ...others] = await stage.project.live.keys(`?refId=${refId}`);
  assert.deepEqual(others, []);
  assert.deepEqual(
    { id: stored.id, status: stored.status, hint: stored.hint, config: stored.providerConfig },
    { id: event.detail.id, status: 'active', hint: '', config: { baseUrl: ollama.url } },
  );
  await answers(refId);
  assert.equal(ollama.seen.length, 3);
  for (const request of ollama.seen) assert.deepEqual(credentials(request), {}, request.url);
  await close();
});

test('the button can be pressed with the address alone, by Enter too, and without it the field is named', async () => {
  const { widget, close } = await customer();
  const { state, event } = await widget.press('submit');
  assert.deepEqual([state, event.detail.param], ['error', 'baseUrl']);
  assert.equal(ollama.seen.length, 0);
  await widget.part('endpoint').fill(ollama.url);
  const submit = widget.part('submit');
  assert.deepEqual([await submit.isEnabled(), await submit.getAttribute('aria-disabled')], [true, 'false']);
  const entered = await widget.outcome(() => widget.part('endpoint').press('Enter'));
  assert.equal(entered.state, 'connected', await widget.alert());
  await close();
});

test('who comes back sees the connection, and replaces it', async () => {
  const { refId, url, widget, close } = await customer();
  await widget.part('endpoint').fill(ollama.url);
  await widget.press('submit');
  await close();

  const again = await stage.visit(url);
  await again.widget.part('replace').click();
  await again.widget.part('endpoint').fill(`${ollama.url}/other`);
  const { event } = await again.widget.press('submit');
  assert.equal(event.name, 'rotated', await again.widget.alert());
  const [stored] = await stage.project.live.keys(`?refId=${refId}`);
  assert.equal(stored.providerConfig.baseUrl, `${ollama.url}/other`);
  await again.close();
});

test('a gate that wants a key is told of as that, and its key connects', async () => {
  ollama.token = TOKEN;
  const { refId, widget, close } = await customer();
  await widget.part('endpoint').fill(ollama.url);
  await widget.press('test');
  assert.match(await widget.part('status').innerText(), /This server asks for a key/);
  const { state, event } = await widget.press('submit');
  assert.deepEqual([state, event.detail.code, event.detail.verdict], ['error', 'key_rejected', 'rejected']);
  assert.match(await widget.alert(), /This server asks for a key/);
  assert.deepEqual(await stage.project.live.keys(`?refId=${refId}`), []);

  const connected = await widget.connect(TOKEN);
  assert.equal(connected.verdict, 'valid');
  assert.equal(connected.hint, TOKEN.slice(-4));
  await answers(refId);
  assert.equal(ollama.seen.at(-1).headers.authorization, `Bearer ${TOKEN}`);
  await close();
});

test('white space is no key, and is not taken for none', async () => {
  const { refId, widget, close } = await customer();
  await widget.part('endpoint').fill(ollama.url);
  const { error } = await widget.refused('   ');
  assert.equal(error.code, 'key_missing');
  assert.equal(ollama.seen.length, 0);
  assert.deepEqual(await stage.project.live.keys(`?refId=${refId}`), []);
  await close();
});

/** Somebody with a session, before the form. */
async function customer() {
  const refId = stage.customer();
  const { token } = await stage.project.live.session(refId);
  const url = stage.product.page({ 'session-token': token, 'ref-id': refId, provider: 'ollama' });
  const { widget, close } = await stage.visit(url);
  await widget.ready();
  return { refId, url, widget, close };
}

/** The backend's call gets an answer. */
async function answers(refId) {
  const path = '/v1/proxy/ollama/api/chat';
  const headers = { 'x-byo-ref-id': refId };
  const { status, body } = await stage.server.call('POST', path, { token: stage.project.live.secretKey, headers, body: { model: 'llama3.2', messages: [] } });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.message.content, 'Hello.');
}

function credentials({ headers }) {
  const names = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'cookie'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}

/** A server of Ollama's, open or behind a gate, that remembers what reached it. */
async function startOllama() {
  const state = { seen: [], token: undefined };
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    state.seen.push(request);
    const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (state.token && request.headers.authorization !== `Bearer ${state.token}`) return json(401, { error: 'unauthorized' });
    if (request.url.endsWith('/api/tags')) return json(200, { models: [{ name: 'llama3.2' }] });
    return json(200, { model: 'llama3.2', message: { role: 'assistant', content: 'Hello.' }, done: true });
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
}
