// A web server that says no more than it must: it names no charset, anywhere.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

/** What a bundled page needs: itself, WebAssembly, and byo. */
const policy = (page, byo) =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ${inline(page)}; style-src 'self'; connect-src ${byo}; base-uri 'none'; form-action 'none'`;

/** The hashes of what a bundler wrote into the page itself: Parcel puts an import map there. */
function inline(page) {
  const scripts = String(page).matchAll(/<script(?![^>]*\bsrc=)[^>]*>([^<]*)<\/script>/g);
  return [...scripts].map(([, text]) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
}

/** Serves a folder, and before it `pages`, whose text is given. */
export async function host(folder, { byo, pages = {} }) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://host');
    const body = pages[pathname] ?? (await readFile(join(folder, pathname)).catch(() => undefined));
    if (body === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(pathname) || '.html'], 'content-security-policy': policy(body, byo) }).end(body);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
