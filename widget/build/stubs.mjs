// A chunk that does nothing but hand on what is in another costs a browser one more round trip before it learns of that
// one. esbuild leaves such a chunk where what is imported lazily is shared with something lazier still.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';

const STUB = /^import\{([^}]*)\}from"([^"]*)";(?:import"[^"]*";)*export\{([^}]*)\};\s*$/;

/** Has lazily imported stubs' importers import the chunk behind; takes the stubs out of the folder and of esbuild's account. */
export async function withoutStubs({ base, metafile }) {
  const { outputs } = metafile;
  const importers = (path) => Object.keys(outputs).filter((name) => outputs[name].imports.some((found) => found.path === path));
  for (const [path, { entryPoint, imports }] of Object.entries(outputs)) {
    const by = importers(path);
    // Not what a page or another package imports by its name.
    const isLazy = entryPoint && by.length && by.every((name) => outputs[name].imports.some((found) => found.path === path && found.kind === 'dynamic-import'));
    const stub = isLazy && STUB.exec(await readFile(resolve(base, path), 'utf8'));
    if (!stub) continue;
    const [, taken, from, given] = stub;
    const behind = imports.find((found) => basename(found.path) === basename(from)).path;
    const exported = (local) => pairs(taken).find(([, name]) => name === local)[0];
    await rewrite(base, behind, (text) => {
      const at = text.lastIndexOf('export{');
      const own = pairs(text.slice(at + 'export{'.length, text.lastIndexOf('}')));
      const more = pairs(given).map(([local, name]) => `${own.find(([, short]) => short === exported(local))[0]} as ${name}`);
      return `${text.slice(0, at)}export{${[...more, text.slice(at + 'export{'.length)].join(',')}`;
    });
    for (const name of by) {
      await rewrite(base, name, (text) => text.replaceAll(`/${basename(path)}"`, `/${basename(behind)}"`));
      for (const found of outputs[name].imports) if (found.path === path) found.path = behind;
    }
    await rm(resolve(base, path));
    delete outputs[path];
  }
}

/** `a as b,c` as pairs of names. */
function pairs(list) {
  return list.split(',').map((each) => [each.split(' as ')[0], each.split(' as ').at(-1)]);
}

async function rewrite(base, path, change) {
  const file = resolve(base, path);
  await writeFile(file, change(await readFile(file, 'utf8')));
}
