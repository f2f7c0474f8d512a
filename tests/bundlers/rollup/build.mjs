import { nodeResolve } from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';

const bundle = await rollup({
  input: ['main.js', 'element.js'],
  plugins: [nodeResolve({ browser: true })],
  onwarn(warning) {
    throw new Error(warning.message);
  },
});
await bundle.write({ dir: 'dist', format: 'es' });
await bundle.close();
