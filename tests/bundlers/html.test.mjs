// No bundler: the script tag of examples/html, and the package's own files under an import map.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { host } from './support/host.mjs';
import { program } from './support/program.mjs';
import { setStage } from './support/stage.mjs';
import { WORKSHOP } from './support/workshop.mjs';

let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

test('the example with a script tag: a key is tested and connected', async () => {
  const refId = stage.customer();
  const example = fileURLToPath(new URL('../../examples/html/server.mjs', import.meta.url));
  const backend = await program(stage, process.execPath, (port) => ({ args: [example], env: { PORT: port, CUSTOMER: refId }, ready: /^Open / }));
  const look = (page) => page.getByText('openai is connected.').waitFor();
  await stage.connects(`${backend.url}/`, refId, { look }).finally(backend.stop);
});

test("the package's own files under an import map: a key is tested and connected", async () => {
  const imports = { 'byo-connect': '/dist/index.js', 'byo-connect/badge': '/dist/badge.js' };
  const pages = {
    '/': `<!doctype html><title>Settings</title><main></main>
      <script type="importmap">${JSON.stringify({ imports })}</script><script type="module" src="/main.js"></script>`,
    '/main.js': await readFile(new URL('page/main.js', import.meta.url), 'utf8'),
  };
  const site = await host(join(WORKSHOP, 'node_modules/byo-connect'), { byo: stage.server.url, pages });
  const refId = stage.customer();
  await stage.connects(await stage.withSession(`${site.origin}/`, refId), refId).finally(site.stop);
});
