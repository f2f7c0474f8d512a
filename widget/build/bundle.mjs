// esbuild, told where the Rust half is.

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import { asText } from './text.mjs';

/** Bundles entries of `source/src` and answers esbuild's account of the outputs. */
export async function bundle({ source, wasmDir, out, entries, chunks, servedFrom }) {
  const path = (name) => join(source, `src/${name}.ts`);
  const { metafile } = await esbuild.build({
    // Names of chunks are hashes over paths from here.
    absWorkingDir: source,
    entryPoints: Array.isArray(entries)
      ? entries.map(path)
      : Object.entries(entries).map(([name, from]) => ({ out: name, in: path(from) })),
    outdir: resolve(out),
    chunkNames: chunks,
    bundle: true,
    // An optional peer of the package, and the only one.
    external: ['react'],
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // Whatever a page, a server or another tool takes for the charset, these are the same characters.
    charset: 'ascii',
    legalComments: 'none',
    metafile: true,
    define: servedFrom ? {} : { BYO_SERVED_FROM: 'undefined' },
    plugins: [rustHalf(resolve(wasmDir)), servedFromHere(servedFrom), together(), styles()],
    logLevel: 'warning',
  });
  return { base: source, metafile };
}

/** `byo-wasm` and `byo-wasm/binary` are what wasm-bindgen left. */
function rustHalf(dir) {
  return {
    name: 'rust-half',
    setup(build) {
      // A namespace, so that where the files lie leaves no trace in the output.
      const file = { 'byo-wasm': 'byo_widget.js', 'byo-wasm/binary': 'byo_widget_bg.wasm' };
      build.onResolve({ filter: /^byo-wasm/ }, ({ path }) => ({ path: file[path], namespace: 'rust-half' }));
      build.onLoad({ filter: /\.wasm$/, namespace: 'rust-half' }, async ({ path }) => ({
        contents: asText(await readFile(join(dir, path))),
        loader: 'text',
      }));
      build.onLoad({ filter: /\.js$/, namespace: 'rust-half' }, async ({ path }) => {
        // The bytes are always given, and a URL that points at no file breaks the bundlers of those who use this.
        const text = await readFile(join(dir, path), 'utf8');
        const contents = text.replace(/new URL\([^()]*import\.meta\.url\)/, 'undefined');
        if (contents.includes('import.meta')) throw new Error(`${path} names a file beside it in an unexpected way`);
        return { contents, loader: 'js' };
      });
    },
  };
}

/** Where the server's own build was served from; the npm package cannot know. */
function servedFromHere(expression) {
  return {
    name: 'served-from',
    setup(build) {
      if (!expression) return;
      build.onLoad({ filter: /src\/(options|badge)\.ts$/ }, async ({ path }) => ({
        contents: `const BYO_SERVED_FROM = ${expression};\n${await readFile(path, 'utf8')}`,
        loader: 'ts',
      }));
    },
  };
}

/** What is never loaded without another: as its importer it shares that one's file, where it would else be cut in two. */
const LOADED_AFTER = { 'lazy.ts': './element.js', 'seal/webcrypto.ts': '../lazy.js' };

/** Fewer and larger files, since compression starts anew with each. */
function together() {
  return {
    name: 'together',
    setup(build) {
      build.onLoad({ filter: /src\/(lazy|seal\/webcrypto)\.ts$/ }, async ({ path }) => {
        const [, before] = Object.entries(LOADED_AFTER).find(([name]) => path.endsWith(`/src/${name}`));
        return { contents: `import ${JSON.stringify(before)};\n${await readFile(path, 'utf8')}`, loader: 'ts' };
      });
    },
  };
}

/** A style sheet is imported as its minified text. */
function styles() {
  return {
    name: 'styles',
    setup(build) {
      build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
        const { code } = await esbuild.transform(await readFile(path, 'utf8'), { loader: 'css', minify: true, target: 'chrome125' });
        return { contents: code.trimEnd(), loader: 'text' };
      });
    },
  };
}
