// The package from its tarball through every bundler, in production form, on pages that name no charset.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { host } from './support/host.mjs';
import { setStage } from './support/stage.mjs';
import { workbench } from './support/workshop.mjs';

let stage;

before(async () => {
  stage = await setStage();
});
after(() => stage?.strike());

const CLASSIC = (name) => `<!doctype html><title>Settings</title><main></main><script src="/${name}.js"></script>`;
const MODULE = (name) => CLASSIC(name).replace('<script', '<script type="module"');

for (const [bundler, page] of [
  ['webpack', CLASSIC],
  ['rspack', CLASSIC],
  ['rollup', MODULE],
  ['esbuild', MODULE],
  ['esbuild-one-file', CLASSIC],
]) {
  test(`${bundler}: a key is tested and connected`, async () => {
    const bench = await workbench(bundler, 'tests/bundlers/page', `tests/bundlers/${bundler}`);
    await bench.node('build.mjs');
    await works(bench, { '/': page('main'), '/element': page('element') });
  });
}

// Parcel resolves a package's `exports` only where the app asks for it.
for (const packageExports of [false, true]) {
  test(`parcel ${packageExports ? 'with' : 'without'} packageExports: a key is tested and connected`, async () => {
    const bench = await workbench('parcel', 'tests/bundlers/page', 'tests/bundlers/parcel');
    const manifest = { name: 'app', private: true, browserslist: 'last 2 Chrome versions', '@parcel/resolver-default': { packageExports } };
    await writeFile(join(bench.folder, 'package.json'), JSON.stringify(manifest));
    await bench.run('parcel', ['build', 'index.html', 'element.html', '--no-cache', '--no-source-maps', '--log-level=warn']);
    const page = (name) => readFile(join(bench.folder, `dist/${name}.html`), 'utf8');
    await works(bench, { '/': await page('index'), '/element': await page('element') });
  });
}

async function works(bench, pages) {
  const site = await host(join(bench.folder, 'dist'), { byo: stage.server.url, pages });
  try {
    const refId = stage.customer();
    await stage.connects(await stage.withSession(`${site.origin}/`, refId), refId);
    await stage.registers(`${site.origin}/element`);
  } finally {
    await site.stop();
    await bench.clear();
  }
}
