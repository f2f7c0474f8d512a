// The entry that a page can hold to a hash, as the build makes it from connect.js.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { writeEntry } from '../../build/entry.mjs';

test('the entry lies beside its chunks, imports them from there, and is named after its bytes', async () => {
  const script = 'import{a}from"./connect/A-1.js";import"./connect/B2.js";const c=()=>import("./connect/C_3.js"),d="./other.js";';
  const { path, text } = await built({ 'connect.js': script, 'connect/A-1.js': 'export const a=1;' });
  assert.equal(text, 'import{a}from"./A-1.js";import"./B2.js";const c=()=>import("./C_3.js"),d="./other.js";');
  assert.match(path, /^connect\/entry-[0-9a-f]{16}\.js$/);
  const again = await built({ 'connect.js': `${script} `, 'connect/A-1.js': '' });
  assert.notEqual(again.path, path);
});

test('what would load a chunk from elsewhere, or run everything twice, breaks the build', async () => {
  const chunk = { 'connect/A.js': '' };
  await assert.rejects(built({ ...chunk, 'connect.js': 'import(`./connect/${a}.js`)' }), /unexpected way/);
  await assert.rejects(built({ 'connect.js': '', 'connect/A.js': 'import{b}from"../connect.js";' }), /imports connect\.js/);
});

async function built(files) {
  const out = await mkdtemp(join(tmpdir(), 'byo-entry-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(out, name)), { recursive: true });
      await writeFile(join(out, name), text);
    }
    const path = await writeEntry(out);
    return { path, text: await readFile(join(out, path), 'utf8') };
  } finally {
    await rm(out, { recursive: true });
  }
}
