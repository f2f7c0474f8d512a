import { build } from 'esbuild';

const { warnings } = await build({
  entryPoints: ['main.js', 'element.js'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
});
if (warnings.length) throw new Error(JSON.stringify(warnings));
