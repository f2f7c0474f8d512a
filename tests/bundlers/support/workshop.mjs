// Folders beside the installed bundlers, in which fixtures are built and thrown away.
import { execFile } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { required } from '../../browser/support/environment.mjs';

/** Where the bundlers are installed. */
export const WORKSHOP = required('BYO_BUNDLERS');
const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));

/** A fresh folder with what lies in these folders of the checkout. */
export async function workbench(name, ...sources) {
  const folder = join(WORKSHOP, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const source of sources) await cp(join(CHECKOUT, source), folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
  return {
    folder,
    /** Runs a program of the installed packages to its end. */
    run: (program, args = [], env = {}) => run(folder, join(WORKSHOP, 'node_modules/.bin', program), args, env),
    /** Runs a script of the folder to its end. */
    node: (script) => run(folder, process.execPath, [script], {}),
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What every program gets of the environment: nothing calls home, and nobody's settings count. */
export const QUIET = { PATH: process.env.PATH, HOME: join(tmpdir(), 'byo-nobody'), NEXT_TELEMETRY_DISABLED: '1', NO_UPDATE_NOTIFIER: '1' };

async function run(cwd, program, args, env) {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd, env: { ...QUIET, ...env }, maxBuffer: 1 << 26 });
    return stdout + stderr;
  } catch ({ message, stdout, stderr }) {
    throw new Error([message, stdout, stderr].join('\n'));
  }
}
