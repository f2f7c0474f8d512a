// The widget's sealing beside @hpke/core's, in one page: `node bench/widget/run.mjs --package <dir> --chromium <program>`.
//
// Prints a line for each figure: `version <text>`, `seal <run> <who> <p50> <p99>` in µs, `ready <run> <who> <ms>`.

import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    package: { type: 'string' },
    chromium: { type: 'string' },
    runs: { type: 'string', default: '5' },
    seals: { type: 'string', default: '3000' },
    contexts: { type: 'string', default: '30' },
  },
});
const [runs, seals, contexts] = [values.runs, values.seals, values.contexts].map(Number);

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const installed = (folder) => createRequire(join(root, folder, 'package.json'));
const { build } = installed('widget')('esbuild');
const { chromium } = installed('tests')('playwright-core');

const ENTRANTS = ['byo', 'native', 'script'];

const files = new Map([['/', ['text/html', '<!doctype html><title>bench</title>']], ['/page.mjs', ['text/javascript', await readFile(join(here, 'page.mjs'))]]]);
for (const name of ['native', 'script']) files.set(`/${name}.js`, ['text/javascript', await bundled(`${name}.mjs`)]);
const dist = join(values.package, 'dist');
for (const name of (await readdir(dist)).filter((name) => name.endsWith('.js'))) files.set(`/byo/${name}`, ['text/javascript', await readFile(join(dist, name))]);
const paths = { entry: '/byo/index.js', lazy: [...files].find(([path, [, text]]) => path.startsWith('/byo/') && text.includes(' as openSealer'))[0] };
const { vectors } = JSON.parse(await readFile(join(root, 'seal/vectors/byo-seal-v1.json'), 'utf8'));

const server = createServer((request, response) => {
  const [type, content] = files.get(request.url) ?? [];
  if (!content) return response.writeHead(404).end();
  // Isolated, so that the clock ticks every 5 µs.
  const isolated = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
  response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...isolated }).end(content);
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}/`;
const browser = await chromium.launch({ executablePath: values.chromium, args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
try {
  console.log(`version Chromium ${browser.version()}, @hpke/core ${hpkeVersion()}`);
  await inFreshPage('check', ENTRANTS);
  for (let run = 0; run < runs; run++) {
    const figures = await inFreshPage('seals', rotated(ENTRANTS, run), seals);
    for (const [who, { p50, p99 }] of Object.entries(figures)) console.log(`seal ${run} ${who} ${p50.toFixed(1)} ${p99.toFixed(1)}`);
  }
  for (let run = 0; run < contexts; run++) {
    for (const who of rotated([...ENTRANTS, 'whole'], run)) console.log(`ready ${run} ${who} ${(await inFreshPage('ready', who)).toFixed(2)}`);
  }
} finally {
  await browser.close();
  server.close();
}

/** Calls a function of page.mjs where nothing was loaded before but this one file; the job comes last. */
async function inFreshPage(name, ...given) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(origin);
    return await page.evaluate(
      async ({ name, given, vector, paths }) => {
        const page = await import('/page.mjs');
        return page[name](...given, page.jobOf(vector, paths));
      },
      { name, given, vector: vectors[0], paths },
    );
  } finally {
    await context.close();
  }
}

/** As the widget is bundled. */
async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(here, entry)],
    nodePaths: [join(root, 'tests/node_modules')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
  });
  return outputFiles[0].contents;
}

function hpkeVersion() {
  return installed('tests')('@hpke/core/package.json').version;
}

/** Every time somebody else is first. */
function rotated(names, by) {
  return names.map((_, at) => names[(at + by) % names.length]);
}
