import { rspack } from '@rspack/core';

rspack({ mode: 'production', entry: { main: './main.js', element: './element.js' } }, (error, stats) => {
  if (error) throw error;
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
});
