// Pages that hold the widget to hashes, as /connect.json gives them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { launch, openTab } from './support/chromium.mjs';
import { createProject } from './support/project.mjs';
import { startServer } from './support/server.mjs';
import { Widget, listen } from './support/widget.mjs';

let browser, server, project, product, listing;

before(async () => {
  [browser, server] = await Promise.all([launch(), startServer()]);
  [project, product] = await Promise.all([createProject(server), startProduct()]);
  listing = (await server.call('GET', '/connect.json')).body;
});
after(async () => {
  await browser?.close();
  await product?.stop();
  await server?.stop();
});

test('every file that a browser fetches has the hash of the listing', async () => {
  const named = [...listing.files, listing.package];
  assert.ok(named.length >= 5, JSON.stringify(named));
  for (const { path, integrity } of named) {
    const [name, hash] = integrity.split(/-(.*)/);
    // Through fetch, so with whatever compression a browser would get.
    const bytes = Buffer.from(await (await fetch(server.url + path)).arrayBuffer());
    assert.equal(createHash(name).update(bytes).digest('base64'), hash, path);
  }
});

test('a page that holds the entry and all it loads to their hashes connects a key', async () => {
  const { widget, fetched, close } = await visit(listing);
  const { status } = await widget.connect('sk-byo-test-valid-1');
  assert.equal(status, 'active');
  assert.ok(fetched.includes(listing.entry.path), fetched.join(' '));
  assert.ok(!fetched.includes('/connect.js'), 'nothing is loaded twice');
  await close();
});

test('an entry with another hash is not run', async () => {
  const { page, close } = await visit({ ...listing, entry: { ...listing.entry, integrity: other(listing.entry.integrity) } });
  await page.waitForLoadState('load');
  assert.equal(await page.evaluate(() => customElements.get('byo-connect') === undefined), true);
  await close();
});

test('a chunk with another hash is not run, though the entry is', async () => {
  const integrity = { ...listing.importmap.integrity };
  // What is loaded when somebody touches the field; the largest by far.
  const { path } = listing.files.toSorted((one, another) => another.bytes - one.bytes)[0];
  integrity[server.url + path] = other(integrity[server.url + path]);
  const { page, widget, close } = await visit({ ...listing, importmap: { integrity } });
  await widget.input.click();
  await page.waitForFunction(() => globalThis.byoEvents.some(({ name }) => name === 'load-error'));
  await close();
});

/** A hash of the same form that nothing has. */
const other = (integrity) => integrity.replace(/-./, (start) => (start === '-A' ? '-B' : '-A'));

async function visit({ entry, importmap }) {
  const page = await openTab(browser);
  await listen(page);
  const fetched = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  const { token } = await project.test.session('customer_1');
  await page.goto(product.page({ entry, importmap, token }));
  return { page, widget: new Widget(page), fetched, close: () => page.context().close() };
}

/** A product's page whose policy lets nothing run but what is hashed. */
async function startProduct() {
  let html = '';
  let policy = '';
  const web = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy });
    response.end(html);
  });
  await new Promise((resolve, reject) => web.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    page({ entry, importmap, token }) {
      const map = JSON.stringify(importmap);
      const hash = createHash('sha256').update(map).digest('base64');
      policy = `default-src 'none'; script-src ${server.url} 'sha256-${hash}' 'wasm-unsafe-eval'; connect-src ${server.url}; require-trusted-types-for 'script'`;
      html = `<!doctype html><html lang="en"><title>Settings</title>
<script type="importmap">${map}</script>
<script type="module" crossorigin src="${server.url}${entry.path}" integrity="${entry.integrity}"></script>
<byo-connect base-url="${server.url}" session-token="${token}" provider="openai"></byo-connect></html>`;
      return `http://127.0.0.1:${web.address().port}/`;
    },
    stop: () => {
      web.closeAllConnections();
      return new Promise((resolve) => web.close(resolve));
    },
  };
}
