// What a browser has to fetch, in brotli bytes, and what it may be at most.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

export const BUDGETS = {
  badge: 1_500,
  'element and client, without wasm': 11_264,
  'the same from npm, in its chunks': 11_776,
  'first connect, in all': 39_000,
  'first connect from npm, in its chunks': 39_000,
  'a pinned root, on top': 1_536,
  'sealing without WebAssembly, on top': 1_800,
  'another language, on top': 5_200,
  'a page’s own words, on top': 1_100,
  'the React components, on top': 1_000,
  'an isolated field, on top': 4_096,
  'the frame, in all': 44_000,
};

/** Each a chunk of its own. */
const LANGUAGES = ['de', 'es', 'ja'];

/** Prints the sizes and throws when one is over its budget. */
export function reportSizes({ forNpm, forServer }) {
  const sizes = measure({ forNpm, forServer });
  const over = [];
  for (const [name, limit] of Object.entries(BUDGETS)) {
    console.log(`    ${name}: ${sizes[name]} of ${limit} bytes, brotli`);
    if (sizes[name] > limit) over.push(name);
  }
  if (over.length) throw new Error(`over the size budget: ${over.join(', ')}`);
}

function measure({ forNpm, forServer }) {
  const everything = loaded(forServer, 'connect.js', ['import-statement', 'dynamic-import']);
  const words = (name) => everything.filter(isOf(forServer, `messages/${name}.ts`));
  const element = loaded(forNpm, 'element.js', ['import-statement']);
  const react = loaded(forNpm, 'react.js', ['import-statement']).filter((name) => !element.includes(name));
  return {
    badge: brotli(forNpm, loaded(forNpm, 'badge.js', ['import-statement'])),
    'element and client, without wasm': brotli(forServer, loaded(forServer, 'connect.js', ['import-statement'])),
    'the same from npm, in its chunks': brotli(forNpm, loaded(forNpm, 'index.js', ['import-statement'])),
    'first connect, in all': brotli(forServer, usual(forServer, 'connect.js')),
    'first connect from npm, in its chunks': brotli(forNpm, usual(forNpm, 'index.js')),
    'a pinned root, on top': brotli(forServer, everything.filter(isOf(forServer, 'pin.ts'))),
    'sealing without WebAssembly, on top': brotli(forServer, everything.filter(isOf(forServer, 'webcrypto.ts'))),
    'another language, on top': Math.max(...LANGUAGES.map((name) => brotli(forServer, words(name)))) + brotli(forServer, words('others')),
    'a page’s own words, on top': brotli(forServer, words('own')),
    'the React components, on top': brotli(forNpm, react),
    'an isolated field, on top': brotli(forServer, only(forServer, 'shell/isolated.ts', 'connect.js')),
    'the frame, in all': brotli(forServer, usual(forServer, 'frame.js')),
  };
}

/**
 * All but what is loaded only where a page isolates the field, pins a root, forbids WebAssembly, or does not speak this
 * package's English.
 */
function usual(build, entry) {
  const apart = ['isolated.ts', 'pin.ts', 'webcrypto.ts', ...['others', 'own', ...LANGUAGES].map((name) => `messages/${name}.ts`)];
  const skipped = Object.keys(build.metafile.outputs).filter((name) => apart.some((source) => isOf(build, source)(name)));
  return loaded(build, entry, ['import-statement', 'dynamic-import'], new Set(skipped)).filter((name) => !skipped.includes(name));
}

/** The chunk of a source with what it imports, but for what is there with the entry. */
function only(build, source, entry) {
  const chunk = Object.keys(build.metafile.outputs).find(isOf(build, source));
  const there = loaded(build, entry, ['import-statement']);
  return loaded(build, chunk, ['import-statement']).filter((name) => !there.includes(name));
}

function isOf({ metafile }, source) {
  return (name) => metafile.outputs[name].entryPoint?.endsWith(`/${source}`);
}

/** An entry and what it imports, itself or through others. */
function loaded({ metafile }, entry, kinds, seen = new Set()) {
  const path = Object.keys(metafile.outputs).find((name) => name === entry || name.endsWith(`/${entry}`));
  if (!path) throw new Error(`the bundle has no ${entry}`);
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { path: next, kind, external } of metafile.outputs[name].imports) {
      if (!external && kinds.includes(kind)) visit(next);
    }
  };
  visit(path);
  return [...seen];
}

function brotli({ base }, paths) {
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return paths.reduce((sum, path) => sum + brotliCompressSync(readFileSync(resolve(base, path)), options).length, 0);
}
