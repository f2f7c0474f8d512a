import { build } from 'esbuild';

// Nothing is minified and no environment named, so that React is the one for development, which says what it finds amiss.
const settings = { bundle: true, jsx: 'automatic' };
await build({ ...settings, entryPoints: ['browser.jsx'], outdir: 'dist', splitting: true, format: 'esm' });
await build({ ...settings, entryPoints: ['server.jsx'], outfile: 'server.cjs', platform: 'node', format: 'cjs' });
