// A package archive that is the same bytes for the same files: sorted names, no owners, one fixed time.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** 1985-10-26, npm's own choice; zero upsets some unpackers. */
const MODIFIED = 499162500;
const BLOCK = 512;

/** The gzipped tar of a folder, below `package/` as npm wants it. */
export async function tarball(folder) {
  const blocks = [];
  for (const name of (await filesBelow(folder)).sort()) {
    const content = await readFile(join(folder, name));
    blocks.push(header(`package/${name}`, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1)));
  }
  const zipped = gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]), { level: 9 });
  // The byte that names the operating system differs between machines.
  zipped[9] = 255;
  return zipped;
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, ''));
}

/** One ustar header. */
function header(name, size) {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name}: too long for a plain tar header`);
  const block = Buffer.alloc(BLOCK);
  const put = (at, text) => block.write(text, at, 'utf8');
  const octal = (at, width, value) => put(at, value.toString(8).padStart(width - 1, '0'));
  put(0, name);
  octal(100, 8, 0o644);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, size);
  octal(136, 12, MODIFIED);
  put(148, ' '.repeat(8));
  put(156, '0');
  put(257, 'ustar\u000000');
  octal(148, 7, block.reduce((sum, byte) => sum + byte, 0));
  return block;
}
