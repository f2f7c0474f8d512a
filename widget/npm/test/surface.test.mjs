import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { built } from './package.mjs';

const KEPT = new URL('surface.txt', import.meta.url);

// What the package promises is what its types say. A change of it is seen in review: BYO_UPDATE=1 writes the file anew.
test('the types are the ones that were agreed on', async () => {
  const surface = await declarations(['index', 'element', 'badge', 'react']);
  if (process.env.BYO_UPDATE) await writeFile(KEPT, surface);
  assert.equal(surface, await readFile(KEPT, 'utf8'));
});

/** These files and all that they import, one after the other. */
async function declarations(entries) {
  const found = new Map();
  const visit = async (path) => {
    if (found.has(path)) return;
    const text = await readFile(built(`dist/types/${path}`), 'utf8');
    found.set(path, text);
    for (const [, next] of text.matchAll(/(?:from|import) "(\.[^"]+)\.js"/g)) {
      await visit(new URL(`${next}.d.ts`, `file:///${path}`).pathname.slice(1));
    }
  };
  for (const entry of entries) await visit(`${entry}.d.ts`);
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, text]) => `// ${path}\n${text}`).join('\n');
}
