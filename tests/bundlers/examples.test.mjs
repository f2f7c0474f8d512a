// The examples name what they are tried with.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const manifest = async (path) => JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8'));

for (const example of ['vite-react', 'next']) {
  test(`examples/${example} asks for the versions that are installed here, and for byo-connect from no registry`, async () => {
    const { devDependencies: tried } = await manifest('package.json');
    const { dependencies, devDependencies } = await manifest(`../../examples/${example}/package.json`);
    const asked = Object.entries({ ...dependencies, ...devDependencies });
    assert.ok(asked.length > 1);
    for (const [name, version] of asked) assert.equal(version, tried[name], name);
  });
}
