// Which part of the sources may know of which: an arrow may only go down.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path/posix';
import { test } from 'node:test';

/** From the top; each may import what stands below it, and what stands in its own layer. */
const LAYERS = [
  { name: 'entries', holds: /^(index|element|badge|react|frame|lazy)\.ts$/ },
  { name: 'surface', holds: /^shell\/inline\.ts$/ },
  { name: 'panel', holds: /^panel\// },
  { name: 'client', holds: /^(client\/.*|client)\.ts$/ },
  { name: 'seal', holds: /^seal\// },
  { name: 'protocol', holds: /^protocol(-reader)?\.ts$/ },
  { name: 'leaves', holds: /^(messages\/.*|dom|error|failure|given|later|options|tables|wire|ambient\.d)\.ts$/ },
];
/** Beside the panel, which it knows through the protocol alone. */
const SHELL = /^shell\//;

const folder = new URL('../src/', import.meta.url);
const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
const texts = new Map(await Promise.all(files.map(async (name) => [name, await readFile(new URL(name, folder), 'utf8')])));

test('every source stands in one layer', () => {
  for (const file of files) {
    const layers = LAYERS.filter(({ holds }) => holds.test(file));
    assert.equal(layers.length + (SHELL.test(file) && !layers.length ? 1 : 0), 1, file);
  }
});

test('no source imports what stands above it', () => {
  const upwards = [...texts].flatMap(([file, text]) => imports(file, text).filter((target) => !allowed(file, target)).map((target) => `${file} -> ${target}`));
  assert.deepEqual(upwards, []);
});

test('an arrow upwards would be seen', () => {
  assert.deepEqual(imports('panel/flow.ts', 'import { a } from "../dom.js";\nimport css from "./x.css";\nexport type { B } from "../shell/form.js";\nimport "./side.js";'), ['dom.ts', 'shell/form.ts', 'panel/side.ts']);
  assert.ok(!allowed('panel/flow.ts', 'shell/form.ts'));
  assert.ok(!allowed('shell/byo-connect.ts', 'panel/panel.ts'));
  assert.ok(!allowed('protocol.ts', 'panel/model.ts'));
  assert.ok(!allowed('dom.ts', 'client/core.ts'));
  assert.ok(allowed('shell/inline.ts', 'panel/panel.ts') && allowed('shell/byo-connect.ts', 'protocol.ts') && allowed('panel/flow.ts', 'client/core.ts'));
});

test('no two sources import each other as they are loaded', () => {
  const done = new Set();
  const visit = (file, path) => {
    assert.ok(!path.includes(file), [...path, file].join(' -> '));
    if (done.has(file)) return;
    for (const target of imports(file, values(texts.get(file) ?? ''))) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});

function allowed(from, to) {
  const rank = (file) => LAYERS.findIndex(({ holds }) => holds.test(file));
  const isShell = (file) => SHELL.test(file) && rank(file) < 0;
  if (isShell(from)) return isShell(to) || to === 'shell/inline.ts' || rank(to) >= rank('protocol.ts');
  if (isShell(to)) return rank(from) <= rank('shell/inline.ts');
  return rank(to) >= rank(from);
}

/** What a source imports when it is loaded, types among it. What it may import later, by a call, is its own affair. */
function imports(file, text) {
  const named = [...text.matchAll(/^(?:import|export)\b[^;"]*?(?:from\s*)?"(\.[^"]+)\.js";/gm)];
  return named.map(([, target]) => `${normalize(join(dirname(file), target))}.ts`);
}

/** Without what the compiler takes away. */
function values(text) {
  return text.replace(/^(?:import|export) type\b[^;]*;/gm, '');
}
