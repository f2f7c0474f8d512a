// A root of trust as an operator makes one: by the commands.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { required } from './environment.mjs';

const run = promisify(execFile);

/** A fresh root: what embedders pin, and directory keys that it vouches for. */
export async function makeRoot() {
  const folder = await mkdtemp(join(tmpdir(), 'byo-root-'));
  const byo = async (...args) => (await run(required('BYO_BINARY'), args, { cwd: folder, env: {} })).stdout;
  const trustRoot = (await byo('keys', 'root', 'init')).trim();
  let count = 0;
  return {
    trustRoot,
    folder,
    /** The setting of a server at this origin. */
    async setting(origin) {
      const out = `directory-${(count += 1)}.key`;
      await byo('keys', 'root', 'sign', '--origin', origin, '--out', out);
      return { BYO_SEALING__DIRECTORY_KEY_FILE: join(folder, out) };
    },
    secret: async () => (await readFile(join(folder, 'byo-root.key'), 'utf8')).trim(),
  };
}
