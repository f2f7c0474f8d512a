// examples/vite-react as its reader runs it: dev server, and build with preview.
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { program } from './support/program.mjs';
import { setStage } from './support/stage.mjs';
import { workbench, WORKSHOP } from './support/workshop.mjs';

const VITE = join(WORKSHOP, 'node_modules/.bin/vite');

let stage;
let bench;

before(async () => {
  stage = await setStage();
  bench = await workbench('vite-react', 'examples/vite-react');
});
after(async () => {
  await bench?.clear();
  await stage?.strike();
});

test('vite build and preview: a key is tested and connected', async () => {
  await bench.run('vite', ['build']);
  await works((port) => ['preview', bench.folder, '--host', '127.0.0.1', '--port', port, '--strictPort']);
});

test('the dev server of vite: a key is tested and connected', async () => {
  await works((port) => [bench.folder, '--host', '127.0.0.1', '--port', port, '--strictPort']);
});

test('a backend that makes no session is told to whoever waits for the field', async () => {
  const backend = createServer((_, response) => response.writeHead(502, { 'content-type': 'application/json' }).end('{}'));
  await new Promise((resolve) => backend.listen(0, '127.0.0.1', resolve));
  const front = await program(stage, VITE, (port) => ({
    args: [bench.folder, '--host', '127.0.0.1', '--port', port, '--strictPort'],
    env: { BACKEND: `http://127.0.0.1:${backend.address().port}` },
    ready: /Local:/,
  }));
  try {
    await stage.says(`${front.url}/`, 'Keys cannot be connected just now.');
  } finally {
    await front.stop();
    backend.closeAllConnections();
    await new Promise((resolve) => backend.close(resolve));
  }
});

async function works(args) {
  const refId = stage.customer();
  const backend = await program(stage, process.execPath, (port) => ({
    args: [join(bench.folder, 'server.mjs')],
    env: { PORT: port, CUSTOMER: refId },
    ready: /^Listening/,
  }));
  try {
    const front = await program(stage, VITE, (port) => ({ args: args(port), env: { BACKEND: backend.url }, ready: /Local:/ }));
    const look = (page) => page.getByText('openai is connected.').waitFor();
    await stage.connects(`${front.url}/`, refId, { look }).finally(front.stop);
  } finally {
    await backend.stop();
  }
}
