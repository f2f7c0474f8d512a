// Classic scripts, as webpack writes them unless told otherwise.
import webpack from 'webpack';

webpack({ mode: 'production', entry: { main: './main.js', element: './element.js' } }, (error, stats) => {
  if (error) throw error;
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString());
});
