// React in development, which compares what the server rendered with what it finds: an element that came up meanwhile.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { host } from './support/host.mjs';
import { setStage } from './support/stage.mjs';
import { workbench } from './support/workshop.mjs';

let stage;
let bench;

before(async () => {
  stage = await setStage();
  bench = await workbench('hydration', 'tests/bundlers/hydration');
  await bench.node('build.mjs');
});
after(async () => {
  await bench?.clear();
  await stage?.strike();
});

test('React in development finds nothing amiss in what the server rendered, and hears of the key', async () => {
  await connects();
});

test('what something on the page put on Object.prototype is no property of the component', async () => {
  // Not to be found by a loop: React in development complains of those by itself.
  const pollution = 'Object.defineProperty(Object.prototype, "providerConfig", { value: { baseUrl: "https://evil.example" }, writable: true });';
  const { refId } = await connects(`<script>${pollution}</script>`);
  const [{ providerConfig }] = await stage.environment.keys(`?refId=${refId}`);
  assert.deepEqual(providerConfig, {});
});

/** Has the server render the page with this before it, and somebody connect a key on it. */
async function connects(before = '') {
  const { render } = createRequire(import.meta.url)(join(bench.folder, 'server.cjs'));
  const refId = stage.customer();
  const { token: session } = await stage.environment.session(refId);
  const byo = stage.server.url;
  const rendered = render({ byo, session });
  assert.match(rendered, /<byo-connect (?![^>]*hydration)[^>]*provider="openai"[^>]*><\/byo-connect>/i);
  const root = `<div id="root" data-byo="${byo}" data-session="${session}">${rendered}</div>`;
  const page = `<!doctype html><title>Settings</title>${before}${root}<script type="module" src="/dist/browser.js"></script>`;
  const site = await host(bench.folder, { byo, pages: { '/': page } });
  const look = (page) => page.getByText('openai is connected.').waitFor();
  await stage.connects(`${site.origin}/`, refId, { look }).finally(site.stop);
  return { refId };
}
