// The snippets of the package's README for Vue and Svelte, built and used as they stand there.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { host } from './support/host.mjs';
import { setStage } from './support/stage.mjs';
import { workbench } from './support/workshop.mjs';

let stage;
let bench;
let site;

before(async () => {
  stage = await setStage();
  bench = await workbench('frameworks', 'tests/bundlers/frameworks');
  const readme = await readFile(new URL('../../widget/npm/README.md', import.meta.url), 'utf8');
  for (const language of ['vue', 'svelte']) {
    const [, snippet] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(readme);
    await writeFile(join(bench.folder, `key.${language}`), snippet.replaceAll('base-url="https://byo.example.com"', `base-url="${stage.server.url}"`));
  }
  await bench.run('vite', ['build']);
  site = await host(join(bench.folder, 'dist'), { byo: stage.server.url });
});
after(async () => {
  await site?.stop();
  await bench?.clear();
  await stage?.strike();
});

for (const framework of ['vue', 'svelte']) {
  test(`the snippet for ${framework}: a key is tested and connected, and the page hears of it`, async () => {
    const refId = stage.customer();
    const look = (page) => page.getByText('openai is connected.').waitFor();
    await stage.connects(await stage.withSession(`${site.origin}/${framework}.html`, refId), refId, { look });
  });
}
