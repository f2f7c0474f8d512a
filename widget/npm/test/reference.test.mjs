// What the package's README and the server's page say of the element, against what it is.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { built } from './package.mjs';

const SOURCES = new URL('../src/', import.meta.url);
const { ByoConnect } = await import(built('dist/element.js'));
const source = await everything(SOURCES);

const DOCUMENTS = {
  'the README': words(await readFile(new URL('../README.md', import.meta.url), 'utf8')),
  'the page': words(await readFile(new URL('../../../www/docs/widget.html', import.meta.url), 'utf8')),
};

const SURFACE = {
  attributes: ByoConnect.observedAttributes,
  methods: Object.getOwnPropertyNames(ByoConnect.prototype)
    .filter((name) => name !== 'constructor' && !name.endsWith('Callback') && typeof Object.getOwnPropertyDescriptor(ByoConnect.prototype, name).value === 'function')
    .map((name) => `${name}()`),
  events: found(/"(byo-[a-z-]+)": CustomEvent/g),
  slots: found(/el\("slot", \{ name: "([a-z]+)" \}/g),
  'custom properties': found(/var\((--byo-[a-z-]+)/g).filter((name) => name !== '--byo-badge-ink'),
};

for (const [document, said] of Object.entries(DOCUMENTS)) {
  for (const [kind, names] of Object.entries(SURFACE)) {
    test(`${document} names all ${kind}`, () => {
      assert.ok(names.length >= 2, `${kind} are found`);
      assert.deepEqual(names.filter((name) => !said.has(name)), []);
    });
  }
}

test('the README names all parts', () => {
  const parts = found(/\bpart: "([a-z-]+)"|\b(?:button|textField|setting)\("([a-z-]+)"/g);
  assert.ok(parts.length > 40, `${parts.length}`);
  assert.deepEqual(parts.filter((name) => !DOCUMENTS['the README'].has(name)), []);
});

test('the README names no custom property, event or method that is not there', () => {
  const real = new Set([...Object.values(SURFACE).flat(), '--byo-badge-ink', 'byo-connect', 'byo-badge']);
  const told = [...DOCUMENTS['the README']].filter((word) => /^(--byo-|byo-)[a-z-]+$/.test(word));
  assert.deepEqual(told.filter((name) => !real.has(name)), []);
});

/** What is set as code, in Markdown or HTML, and what is within it. */
function words(text) {
  const code = [...text.matchAll(/`([^`\n]+)`|<code>([^<]+)<\/code>/g)].map(([, markdown, html]) => markdown ?? html);
  return new Set(code.flatMap((word) => [word, word.split(/[=([]/)[0]]));
}

function found(pattern) {
  return [...new Set([...source.matchAll(pattern)].map(([, one, other]) => one ?? other))];
}

async function everything(folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(ts|css)$/.test(name));
  return (await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')))).join('\n');
}
