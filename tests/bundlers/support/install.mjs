// `npm install https://your-byo/npm/byo-connect.tgz`, from a running server.
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WORKSHOP } from './workshop.mjs';

/**
 * Installs into an empty folder; every other server is out of reach, and npm, which looks for React because it is named as an optional peer, does
 * without. The caller clears the folder.
 */
export async function installAlone(byo) {
  const folder = await mkdtemp(join(tmpdir(), 'byo-install-'));
  const alone = ['--registry=http://127.0.0.1:9', '--fetch-retries=0', `--cache=${join(folder, 'cache')}`, `--userconfig=${join(folder, 'npmrc')}`];
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', ...alone, `${byo}/npm/byo-connect.tgz`], { cwd: folder });
  return { folder, installed: join(folder, 'node_modules/byo-connect'), clear: () => rm(folder, { recursive: true, force: true }) };
}

/** Puts the server's package beside the bundlers as real files, unless it is there. */
export async function installBesideBundlers(byo) {
  const target = join(WORKSHOP, 'node_modules/byo-connect');
  const served = new Uint8Array(await (await fetch(`${byo}/npm/byo-connect.tgz`)).arrayBuffer());
  const hash = createHash('sha256').update(served).digest('hex');
  const note = join(WORKSHOP, 'node_modules/.byo-connect');
  if ((await readFile(note, 'utf8').catch(() => '')) === hash) return;
  const { installed, clear } = await installAlone(byo);
  await rm(target, { recursive: true, force: true });
  await cp(installed, target, { recursive: true });
  await writeFile(note, hash);
  await clear();
}
