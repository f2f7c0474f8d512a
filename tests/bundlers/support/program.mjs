// A server program of a fixture: a dev server, a preview, a backend.
import { freePort } from '../../browser/support/server.mjs';
import { start } from '../../browser/support/process.mjs';
import { QUIET } from './workshop.mjs';

/** Starts it on a free port and waits for the line that says it is ready. It gets byo's address and secret key, as a product's backend has them. */
export async function program({ server, environment }, command, settings) {
  const port = String(await freePort());
  const { args, env = {}, ready } = settings(port);
  const child = start(command, args, { ...QUIET, NO_COLOR: '1', BYO_URL: server.url, BYO_SECRET_KEY: environment.secretKey, ...env });
  try {
    await child.line(ready);
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, lines: child.lines, stop: () => child.stop() };
}
