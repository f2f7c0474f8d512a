// esbuild, told where the Rust half is.

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as esbuild from 'esbuild';
import { withoutStubs } from './stubs.mjs';
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
  const bundled = { base: source, metafile };
  await withoutStubs(bundled);
  return bundled;
}

/** `byo-wasm` is the text of the module that wasm-bindgen left. */
function rustHalf(dir) {
  return {
    name: 'rust-half',
    setup(build) {
      // A namespace, so that where the file lies leaves no trace in the output.
      build.onResolve({ filter: /^byo-wasm$/ }, () => ({ path: 'byo_widget_bg.wasm', namespace: 'rust-half' }));
      build.onLoad({ filter: /.*/, namespace: 'rust-half' }, async ({ path }) => ({
        contents: asText(await readFile(join(dir, path))),
        loader: 'text',
      }));
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

/**
 * What is never loaded without another: as its importer it shares that one's file, where it would else be cut in two. The client stands in
 * the element's file: who imports the element alone has a bundler that drops it.
 */
const LOADED_AFTER = {
  'element.ts': './client.js',
  'lazy.ts': './element.js',
  'seal/webcrypto.ts': '../lazy.js',
  'shell/isolated.ts': '../element.js',
  // Not so, but then what it shares with pages is one file there too.
  'frame.ts': './element.js',
};

/** Fewer and larger files, since compression starts anew with each. */
function together() {
  return {
    name: 'together',
    setup(build) {
      build.onLoad({ filter: /src\/(element|frame|lazy|seal\/webcrypto|shell\/isolated)\.ts$/ }, async ({ path }) => {
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
