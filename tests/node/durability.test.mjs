// No write is acknowledged before it is on the disk. The kernel's own account of the server says so.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createProject } from '../browser/support/project.mjs';
import { startServer } from '../browser/support/server.mjs';
import { durability } from './support/trace.mjs';

const WRITES = 20;
const CALLS = 'fdatasync,fsync,pwrite64,pwritev,read,readv,recvfrom,sendmsg,sendto,write,writev';

test('every acknowledged write is synced before its answer leaves', async () => {
  const trace = await traced(async (environment) => {
    for (let n = 1; n <= WRITES; n += 1) await environment.connect(`customer_${n}`, `sk-byo-test-valid-${n}`);
  });
  assert.deepEqual(durability(trace), Array(WRITES).fill(true));

  const unsynced = trace.split('\n').filter((line) => !/f(data)?sync/.test(line)).join('\n');
  assert.deepEqual(durability(unsynced), Array(WRITES).fill(false), 'a server that did not sync would be found out');
});

test('a sync that ends after the answer began, or before the last write, does not count', () => {
  const asked = '7 recvfrom(9<socket:[1]>, "POST /v1/keys/connect HTTP/1.1\\r\\n"..., 8192, 0, NULL, NULL) = 300';
  const written = '8 pwrite64(5</d/byo.db-wal>, "\\0"..., 4096, 0) = 4096';
  const synced = '8 fdatasync(5</d/byo.db-wal>) = 0';
  const answered = '7 sendto(9<socket:[1]>, "HTTP/1.1 200 OK\\r\\n"..., 400, MSG_NOSIGNAL, NULL, 0) = 400';
  const of = (...lines) => durability(lines.join('\n'));
  assert.deepEqual(of(asked, written, synced, answered), [true]);
  assert.deepEqual(of(asked, written, answered, synced), [false]);
  assert.deepEqual(of(asked, synced, written, answered), [false]);
  assert.deepEqual(of(asked, synced, answered), [false]);
  const [begins, ends] = ['8 fdatasync(5</d/byo.db-wal> <unfinished ...>', '8 <... fdatasync resumed>) = 0'];
  assert.deepEqual(of(asked, written, begins, ends, answered), [true]);
  assert.deepEqual(of(asked, written, begins, answered, ends), [false]);
  assert.deepEqual(of(asked, written, '8 fdatasync(6</d/byo.db>) = 0', answered), [false]);
  assert.deepEqual(of(asked, written, '8 fdatasync(5</d/byo.db-wal>) = -1 EIO (Input/output error)', answered), [false]);
});

/** Runs a server under strace while `work` goes on; gives the whole trace. */
async function traced(work) {
  const folder = await mkdtemp(join(tmpdir(), 'byo-trace-'));
  const file = join(folder, 'trace');
  // -D: the server is our child, not strace, so that signals reach it. Both hold our pipe: it closes after the last line.
  const server = await startServer({ under: ['strace', '-D', '-f', '-y', '-s', '64', '-e', `trace=${CALLS}`, '-o', file] });
  try {
    await work((await createProject(server)).test);
  } finally {
    await server.stop();
  }
  const trace = await readFile(file, 'utf8');
  await rm(folder, { recursive: true });
  return trace;
}
