// examples/next in production form, by both of Next's bundlers: rendered on the server, then connected in the browser.
import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { program } from './support/program.mjs';
import { setStage } from './support/stage.mjs';
import { workbench, WORKSHOP } from './support/workshop.mjs';

const NEXT = join(WORKSHOP, 'node_modules/.bin/next');

let stage;
let bench;

before(async () => {
  stage = await setStage();
  bench = await workbench('next', 'examples/next', 'tests/bundlers/next');
});
after(async () => {
  await bench?.clear();
  await stage?.strike();
});

for (const [bundler, args] of [
  ['Turbopack', []],
  ['webpack', ['--webpack']],
]) {
  test(`Next.js with ${bundler}: the server renders the element, and a key is tested and connected`, async () => {
    await rm(join(bench.folder, '.next'), { recursive: true, force: true });
    await bench.run('next', ['build', ...args]);
    const refId = stage.customer();
    const site = await program(stage, NEXT, (port) => ({
      args: ['start', bench.folder, '--hostname', '127.0.0.1', '--port', port],
      env: { CUSTOMER: refId },
      ready: /Ready in/,
    }));

    try {
      const html = await (await fetch(site.url)).text();
      const [, attributes] = /<byo-connect ([^>]*)><\/byo-connect>/.exec(html) ?? assert.fail(html);
      assert.match(attributes, /session-token="byo_cs_test_[^"]+"/);
      assert.match(attributes, new RegExp(`base-url="${stage.server.url}"`));
      assert.ok(html.includes(`<byo-badge base-url="${stage.server.url}"></byo-badge>`), html);
      assert.ok(!html.includes('shadowrootmode'), 'what is inside is built in the browser');
      assert.ok(!html.includes('byo_sk_'), 'the secret key stays on the server');
      // What the page says then comes by an event of an element that the server rendered.
      const look = (page) => page.getByText('openai is connected.').waitFor();
      await stage.connects(`${site.url}/`, refId, { look });

      const bare = await (await fetch(`${site.url}/bare`)).text();
      assert.ok(bare.includes('<byo-connect base-url="https://byo.example.com" label="Your key" hide-badge=""></byo-connect>'), bare);
      await stage.registers(`${site.url}/bare`);
    } finally {
      await site.stop();
    }
    assert.deepEqual(await filesThatSay(join(bench.folder, '.next/static'), /BYO_SECRET_KEY|byo_sk_test_/), []);
  });
}

async function filesThatSay(folder, pattern) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, path, name }) => join(parentPath ?? path, name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return paths.filter((_, at) => pattern.test(texts[at]));
}
