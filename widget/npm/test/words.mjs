// The tables of words, built from their sources as a page would get them: one chunk a language.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';

export const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

/** Every language, whole. */
export const LANGUAGES = ['de', 'es', 'ja'];

/** Builds the tables; `open()` gives them as a fresh page has them, and `fetched` names the chunks it has loaded since. */
export async function buildWords() {
  const out = await mkdtemp(join(tmpdir(), 'byo-words-'));
  await esbuild.build({
    entryPoints: ['messages/index', 'messages/en', 'messages/en-more', ...LANGUAGES.map((name) => `messages/${name}`), 'tables'].map((name) =>
      join(SOURCE, `${name}.ts`),
    ),
    outdir: out,
    outbase: SOURCE,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'warning',
    plugins: [noteChunks()],
  });
  const module = (name) => pathToFileURL(join(out, `${name}.mjs`)).href;
  const table = async (name) => (await import(module(`messages/${name}`))).default;
  const [english, more, ...others] = await Promise.all(['en', 'en-more', ...LANGUAGES].map(table));
  let pages = 0;
  return {
    english: { ...english, ...more },
    eager: english,
    more,
    languages: Object.fromEntries(LANGUAGES.map((name, at) => [name, others[at]])),
    providers: (await import(module('tables'))).providers,
    open: () => import(`${module('messages/index')}?page=${(pages += 1)}`),
    remove: () => rm(out, { recursive: true }),
  };
}

/** Has the module of a language, when it is fetched, be noted by `globalThis.byoFetch`, which may throw. */
function noteChunks() {
  return {
    name: 'note-chunks',
    setup(build) {
      build.onLoad({ filter: /messages\/(index|others)\.ts$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replaceAll(/import\("\.\/(\w+)\.js"\)/g, 'globalThis.byoFetch("$1").then(() => import("./$1.js"))'),
        loader: 'ts',
      }));
    },
  };
}
