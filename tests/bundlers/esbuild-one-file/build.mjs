// Everything in one classic script, the module too, in the characters that it has: the page decides what they are taken for.
import { build } from 'esbuild';

const { warnings } = await build({
  entryPoints: ['main.js', 'element.js'],
  outdir: 'dist',
  bundle: true,
  format: 'iife',
  charset: 'utf8',
  minify: true,
});
if (warnings.length) throw new Error(JSON.stringify(warnings));
