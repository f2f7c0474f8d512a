// The package's types in a product's TypeScript, under the types of both versions of React.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startServer } from '../browser/support/server.mjs';
import { installBesideBundlers } from './support/install.mjs';
import { workbench } from './support/workshop.mjs';

let bench;

before(async () => {
  const server = await startServer();
  await installBesideBundlers(server.url);
  await server.stop();
  bench = await workbench('types', 'tests/bundlers/types');
});
after(() => bench?.clear());

const OPTIONS = {
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable'],
  jsx: 'react-jsx',
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  types: [],
};

for (const [version, folder] of [
  ['19', '@types/react'],
  ['18', 'types-react-18'],
]) {
  for (const resolution of [
    { module: 'esnext', moduleResolution: 'bundler' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
  ]) {
    test(`a product compiles with the types of React ${version}, modules resolved as ${resolution.moduleResolution}`, async () => {
      const paths = { react: [`../node_modules/${folder}/index.d.ts`], 'react/jsx-runtime': [`../node_modules/${folder}/jsx-runtime.d.ts`] };
      const config = { compilerOptions: { ...OPTIONS, ...resolution, paths }, include: ['app.tsx'] };
      await writeFile(join(bench.folder, 'package.json'), '{"type": "module"}');
      await writeFile(join(bench.folder, 'tsconfig.json'), JSON.stringify(config));
      await bench.run('tsc', ['-p', '.']);
    });
  }
}
