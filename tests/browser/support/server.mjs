// `byo serve` on a free port with a data folder of its own.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { required } from './environment.mjs';
import { start } from './process.mjs';

/**
 * Starts a server and waits until it is ready. Settings come from `env`, which may be made from `{ url, dataDir }`;
 * nothing of the caller's own environment but the path reaches it. `restart()` keeps data folder, master key and address. `under` is a
 * command that runs the server, such as a tracer.
 */
export async function startServer({ env = {}, under = [] } = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'byo-test-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const adminKey = randomBytes(32).toString('hex');
  const settings = {
    PATH: process.env.PATH,
    BYO_SERVER__LISTEN: `127.0.0.1:${port}`,
    BYO_SERVER__PUBLIC_URL: url,
    BYO_DATABASE__URL: `sqlite://${dataDir}/byo.db`,
    BYO_VAULT__MASTER_KEY: randomBytes(32).toString('base64'),
    BYO_ADMIN__KEY: adminKey,
    ...(typeof env === 'function' ? await env({ url, dataDir }) : env),
  };

  let child = await ready(under, settings);
  return {
    url,
    adminKey,
    dataDir,
    settings,
    /** Everything printed since the last start. */
    get lines() {
      return child.lines;
    },
    get pid() {
      return child.pid;
    },
    /** Calls the API: JSON in, `{ status, headers, body }` out. */
    call: (method, path, options) => call(url, method, path, options),
    /** The first line, printed already or still to come, that matches. */
    line: (pattern) => child.line(pattern),
    kill: () => child.stop('SIGKILL'),
    async startAgain() {
      child = await ready(under, settings);
    },
    async restart(signal = 'SIGTERM') {
      await child.stop(signal);
      child = await ready(under, settings);
    },
    async stop() {
      const end = await child.stop();
      await rm(dataDir, { recursive: true, force: true });
      return end;
    },
  };
}

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ready(under, settings) {
  const [program, ...args] = [...under, required('BYO_BINARY'), 'serve'];
  const child = start(program, args, settings);
  try {
    await child.line(/^byo \S+ is ready at /);
  } catch (error) {
    await child.stop('SIGKILL');
    throw error;
  }
  return child;
}

async function call(url, method, path, { token, body, headers = {} } = {}) {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && parsed(text) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
